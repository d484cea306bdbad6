"""The only place that knows concrete classes: settings → store → providers → services → Desk."""

from __future__ import annotations

from sms_desk.bootstrap.opening import open_session
from sms_desk.bootstrap.options import Options, Session
from sms_desk.bootstrap.session import LocalSession

__all__ = ["LocalSession", "Options", "Session", "open_session"]
