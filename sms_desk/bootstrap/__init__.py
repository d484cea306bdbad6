"""The only place that knows concrete classes: settings → store → providers → services → Desk.

Unlocking is light; opening brings the store with SQLAlchemy, so it is imported when it is wanted
(measured.md, Start).
"""

from __future__ import annotations

from sms_desk.bootstrap.options import Options, Session
from sms_desk.bootstrap.unlocking import Unlocked, read_glance, unlock

__all__ = ["Options", "Session", "Unlocked", "open_session", "read_glance", "unlock"]


def open_session(options: Options, unlocked: Unlocked | None = None) -> Session:
    """Open the workspace, made anew at the first start. Raises StorageError, KeyringError.

    unlocked: of `unlock` with the same options, where that was done before.
    """
    from sms_desk.bootstrap.opening import open_unlocked

    return open_unlocked(unlocked or unlock(options), options)
