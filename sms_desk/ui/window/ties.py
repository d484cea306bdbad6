"""What every controller of the window is handed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sms_desk.bootstrap import Session
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.ui.bus import Bus
from sms_desk.ui.doors import Doors
from sms_desk.ui.reader import Reader


@dataclass(frozen=True, slots=True)
class Ties:
    """session: the open workspace; reader, role: who sits at the desk, in which time zone, as what."""

    session: Session
    doors: Doors
    bus: Bus
    reader: Reader
    role: Role = Role.REP

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.doors.desk.now
