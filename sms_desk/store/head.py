"""Which migration this version of the desk works with; by itself, since it is asked before
SQLAlchemy is loaded (measured.md, Start)."""

from __future__ import annotations

from typing import Final

HEAD: Final = "0003"
"""The newest migration; a test compares it with the migrations folder."""
