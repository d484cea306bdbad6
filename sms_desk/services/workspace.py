"""What the workspace says of itself."""

from __future__ import annotations

from sms_desk.services.context import Context
from sms_desk.store import workspaces


def name(ctx: Context) -> str:
    """What the window's title says."""
    return workspaces.name(ctx.tx)
