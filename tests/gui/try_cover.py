"""Opens the plan of a cover, or the brief, alone with invented data; `--shots DIR` writes pictures.

`python -m tests.gui.try_cover [--dark] [--brief]`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication, QWidget

from sms_desk.domain.absences import Cover, Part, Share, Split
from sms_desk.domain.model import Channel, Role, TeamState
from sms_desk.services.absence_rows import (
    AbsenceRow,
    AbsenceState,
    Brief,
    BriefRow,
    Candidate,
    Gap,
    GapCode,
    LoadLine,
    PartCount,
    PlanCheck,
    PlanDraft,
    Remedy,
    Severity,
)
from sms_desk.services.rows import PersonRow
from sms_desk.ui import theme
from sms_desk.ui.cover import BriefScreen, PlanScreen
from sms_desk.ui.cover.plan_screen import Opened
from sms_desk.ui.doors import Doors

NOW = datetime(2026, 11, 20, 15, 2, tzinfo=UTC)
JULIA, JONAS, SANA, VIKTOR, ADAEZE, LONG = (UUID(int=n) for n in range(699, 705))
LONG_NAME = "María-Fernanda de la Concepción Etxeberria-Goikoetxea 🌿"
NAMES = {SANA: "Sana Malik", VIKTOR: "Viktor Dahl", ADAEZE: "अदिति राव", LONG: LONG_NAME}
SENDERS = (
    (UUID(int=801), "Rep line, West", "+1 202 555 0102", True),
    (UUID(int=802), "WhatsApp, shops", "+44 7700 900118", False),
)
EVERYTHING = (Part.CONVERSATIONS, Part.INBOUND, Part.SENDERS, Part.SCHEDULED)
TWO = (Share(SANA), Share(VIKTOR))

DRAFT = PlanDraft(
    person=PersonRow(JONAS, "Jonas Weber", Role.REP, "America/Los_Angeles", False),
    local_now=NOW.astimezone(ZoneInfo("America/Los_Angeles")),
    candidates=tuple(
        Candidate(id_, name, "rep", open_, open_ // 3, capacity)
        for (id_, name), open_, capacity in zip(
            NAMES.items(), (22, 18, 41, 3), (60, 60, None, 20), strict=True
        )
    ),
    parts=(
        PartCount(Part.CONVERSATIONS, 47, waiting=29, quiet=12, snoozed=6),
        PartCount(Part.INBOUND, 0),
        PartCount(Part.SENDERS, 2, senders=SENDERS),
        PartCount(Part.SCHEDULED, 5, first_due=NOW + timedelta(days=5)),
        PartCount(Part.NOTIFICATIONS, 0),
    ),
    suggested=(
        Cover(Part.CONVERSATIONS, Split.LOAD, TWO),
        Cover(Part.INBOUND, Split.ONE, TWO[:1]),
        Cover(Part.SENDERS, Split.EVEN, TWO),
        Cover(Part.SCHEDULED, Split.ONE, TWO[:1]),
    ),
    programs=((UUID(int=900), "Autumn offer"), (UUID(int=901), "Store opening")),
)
CHECK = PlanCheck(
    gaps=(
        Gap(
            GapCode.WINDOW_CLOSES,
            Severity.WARNING,
            "2 WhatsApp windows close before Sana starts",
            "Mon 06:10 and 07:45; answer now or send a template",
            (UUID(int=1),),
            Remedy.SHOW,
        ),
        Gap(
            GapCode.SUBSTITUTE_ABSENT,
            Severity.WARNING,
            "Viktor is away on Thursday",
            "their share goes on to Sana that day",
            (VIKTOR,),
            Remedy.CHANGE,
            (Part.CONVERSATIONS,),
        ),
        Gap(GapCode.SENDER_UNHELD, Severity.OK, "Every sender ID has a holder", "2 of 2"),
        Gap(
            GapCode.SCHEDULED_UNOWNED,
            Severity.OK,
            "No message is scheduled without an owner",
            "5 of 5",
        ),
    ),
    loads=(
        LoadLine(SANA, "Sana Malik", 22, 24, 60),
        LoadLine(VIKTOR, "Viktor Dahl", 18, 23, 40),
        LoadLine(LONG, LONG_NAME, 41, 0, None),
    ),
    refused=False,
    needs_confirmation=True,
    since=NOW,
    until=None,
    for_you=(NOW, None),
)
RING = replace(
    CHECK,
    refused=True,
    gaps=(
        Gap(
            GapCode.CYCLE,
            Severity.STOP,
            "Sana is covered by Jonas on the same days",
            "Each would answer for the other; choose somebody else.",
            (SANA,),
            Remedy.CHANGE,
            (Part.CONVERSATIONS,),
        ),
        *CHECK.gaps,
    ),
)
RUNNING = AbsenceRow(
    id=UUID(int=1000),
    person_id=JONAS,
    person_name="Jonas Weber",
    since=NOW - timedelta(days=2),
    until=NOW + timedelta(days=3),
    zone="America/Los_Angeles",
    since_wall="2026-11-18",
    until_wall="2026-11-23",
    permanent=False,
    reason="vacation",
    state=AbsenceState.RUNNING,
    covers=DRAFT.suggested,
    substitutes=((SANA, "Sana Malik"), (VIKTOR, "Viktor Dahl")),
    conversations=47,
    can_change=True,
)


def _brief_row(n: int, name: str, text: str, **more: Any) -> BriefRow:
    row = BriefRow(
        conversation_id=UUID(int=2000 + n),
        contact_name=name,
        peer=f"+1 202 555 01{n:02}",
        sender_label="Rep line, West",
        channel=Channel.SMS,
        state=TeamState.OPEN,
        waiting_since=None,
        inbound=2,
        outbound=1,
        notes=0,
        spoke=((SANA, "Sana Malik", 1),),
        last_text=text,
        last_at=NOW - timedelta(hours=n),
        taken_over_by=None,
        open=True,
    )
    return replace(row, **more)


BRIEF = Brief(
    replace(RUNNING, state=AbsenceState.ENDED, until=NOW),
    (
        _brief_row(
            1, "Mira Anand", "Is it still there? 🙏", waiting_since=NOW - timedelta(minutes=50)
        ),
        _brief_row(2, "ليلى حداد", "شكرا جزيلا", taken_over_by="Sana Malik", kept=True, notes=1),
        _brief_row(3, LONG_NAME, "A very long text that says much and then more. " * 6),
        _brief_row(4, "", "Thank you!", state=TeamState.CLOSED, open=False),
        _brief_row(
            5, "Otto Lind", "Call me in spring", state=TeamState.SNOOZED, inbound=0, spoke=()
        ),
        _brief_row(6, "Pia Sommer", "Thanks", taken_over_by="Viktor", moved_by="Ann Ode"),
    ),
    inbound=8,
    outbound=5,
)


@dataclass
class Answers:
    """What the invented services say."""

    opened: Opened
    check: PlanCheck = CHECK
    brief: Brief = BRIEF


class InventedDoors:
    """Answers at once; changes are kept and end well."""

    def __init__(self, answers: Answers, me: UUID = JULIA) -> None:
        self.answers = answers
        self.desk = SimpleNamespace(now=lambda: NOW, person_id=me)
        self.changes: list[Any] = []
        self.new_id = uuid4

    def stamp(self) -> dict[str, Any]:
        return {"id": uuid4(), "at": NOW}

    def read(
        self, _owner: object, ask: Any, *_args: object, then: Callable[[Any], None], **_more: object
    ) -> None:
        then(getattr(self.answers, ask.__name__))

    def change(
        self, _owner: object, *commands: Any, then: Callable[[Any], None], **_more: object
    ) -> None:
        self.changes += commands
        then(None)


def plan(answers: Answers, *, absence: bool = False) -> tuple[PlanScreen, InventedDoors]:
    """The plan's screen, filled."""
    doors = InventedDoors(answers)
    screen = PlanScreen(cast(Doors, doors), ZoneInfo("America/New_York"))
    if absence:
        screen.change(RUNNING.id)
    else:
        screen.plan_for(JONAS, "mon 23 nov", "fri 27 nov")
    return screen, doors


def brief(answers: Answers) -> tuple[BriefScreen, InventedDoors]:
    """The brief of whoever comes back."""
    doors = InventedDoors(answers, JONAS)
    screen = BriefScreen(cast(Doors, doors), ZoneInfo("America/Los_Angeles"))
    screen.show_absence(RUNNING.id)
    return screen, doors


NEW = Answers(Opened(DRAFT, None))
CHANGED = Answers(Opened(DRAFT, RUNNING))
REFUSED = Answers(Opened(DRAFT, None), RING)
ALONE = Answers(
    Opened(replace(DRAFT, candidates=(), suggested=()), None), replace(CHECK, loads=(), gaps=())
)


def _shots(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    screens: dict[str, QWidget] = {
        "plan": plan(NEW)[0],
        "running": plan(CHANGED, absence=True)[0],
        "refused": plan(REFUSED)[0],
        "alone": plan(ALONE)[0],
        "brief": brief(NEW)[0],
    }
    for name, screen in screens.items():
        for size in ((1064, 800), (760, 620), (544, 620)):
            screen.resize(*size)
            screen.show()
            QApplication.processEvents()
            screen.grab().save(str(folder / f"{name}-{size[0]}.png"))
        screen.hide()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--shots", type=Path)
    wanted = parser.parse_args()
    app = QApplication(sys.argv[:1])
    theme.apply(app, "dark" if wanted.dark else "light")
    if wanted.shots:
        _shots(wanted.shots)
        return 0
    screen: QWidget = brief(NEW)[0] if wanted.brief else plan(NEW)[0]
    screen.resize(1064, 800)
    screen.show()
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
