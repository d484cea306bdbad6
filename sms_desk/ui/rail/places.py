"""The places that the rail offers, in order, as values made from the counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from PySide6.QtCore import QDate, QLocale, Qt

from sms_desk.domain.frozen import dataclass
from sms_desk.domain.inbox_filters import InboxFilter, Scope, SourceFilter
from sms_desk.domain.model import ProgramKind
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.inbox_rows import Covered, ProgramCount, RailCounts, ViewRow, WindowSummary
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail: a place to go, or a heading (no filter, no screen)."""

    key: str  # stable, whatever the counts: scope:mine, program:…, view:…, screen:…, head:…
    title: str
    icon: str = ""
    dot: str = ""  # the colour token of a program's dot, instead of an icon
    waiting: int = 0
    count: str = ""  # what the number counts, in words, where it is not people waiting
    filter: InboxFilter | None = None
    screen: str = ""
    view: ViewRow | None = None
    below: str = ""  # a second, quiet line

    @property
    def is_heading(self) -> bool:
        return self.filter is None and not self.screen


FIRST: Final = "scope:mine"
NO_COUNTS: Final = RailCounts(0, 0, 0, 0, 0, 0, 0, 0, (), ())

_NAMED: Final = 2
_ALWAYS: Final = frozenset({Scope.MINE, Scope.SHARED, Scope.UNASSIGNED, Scope.ALL})
_ICONS: Final = {
    Scope.MINE: "inbox",
    Scope.SHARED: "users",
    Scope.COVERING: "shield",
    Scope.UNASSIGNED: "user-x",
    Scope.UNROUTED: "circle-alert",
    Scope.TEAM: "star",
    Scope.ALL: "layers",
}
_DOTS: Final = {ProgramKind.CAMPAIGN: "campaign", ProgramKind.SERVICE: "service"}


def scope_key(scope: Scope) -> str:
    """The key of a scope's line."""
    return f"scope:{scope}"


def scope_title(scope: Scope) -> str:
    """The scope's one word, in rail, list and message alike."""
    return {
        Scope.MINE: tr("rail", "Mine"),
        Scope.SHARED: tr("rail", "Shared"),
        Scope.COVERING: tr("rail", "Covering"),
        Scope.UNASSIGNED: tr("rail", "Unassigned"),
        Scope.UNROUTED: tr("rail", "Unrouted"),
        Scope.TEAM: tr("rail", "Team"),
        Scope.ALL: tr("rail", "All"),
    }[scope]


def inbox_places(counts: RailCounts, troubled: int = 0) -> tuple[Place, ...]:
    """Scopes, campaigns, services and views; a section without members has no heading.

    troubled: conversations, also closed ones, whose message to the contact failed or is held.
    """
    campaigns = [p for p in counts.programs if p.kind is ProgramKind.CAMPAIGN]
    services = [p for p in counts.programs if p.kind is ProgramKind.SERVICE]
    return (
        *_scopes(counts),
        *_troubled(troubled),
        *_section("campaigns", tr("rail", "Campaigns"), map(_program, campaigns)),
        *_section("services", tr("rail", "Services"), map(_program, services)),
        *_section("views", tr("rail", "Views"), map(_view, counts.views)),
    )


def screens(
    board: WindowSummary | None = None, requests: int = 0, advice: int | None = None
) -> tuple[Place, ...]:
    """What stands at the rail's foot. board: of WhatsApp windows; no place without WhatsApp.

    requests: conversations with a wish to hear no more to decide; no place where there is none.
    advice: problems and warnings of the advisor; None for those who see neither it nor the audit
    log (R15, R31).
    """
    return (
        *_requests(requests),
        *_board(board or WindowSummary()),
        Place("screen:senders", tr("rail", "Sender IDs"), "hash", screen="senders"),
        Place("screen:programs", tr("rail", "Programs"), "megaphone", screen="programs"),
        Place("screen:people", tr("rail", "People and teams"), "id-card", screen="people"),
        Place(
            "screen:absences",
            tr("rail", "Absence and cover"),
            "calendar-clock",
            screen="absences",
        ),
        *_oversight(advice),
    )


def always_in_sight() -> tuple[Place, ...]:
    """What stands below the screens and never scrolls, however low the window is."""
    return (Place("screen:settings", tr("rail", "Settings"), "settings", screen="settings"),)


def _requests(count: int) -> Iterator[Place]:
    if count:
        title = tr("rail", "Opt-out requests")
        yield Place("screen:opt_outs", title, "hand", waiting=count, screen="opt_outs")


def _board(board: WindowSummary) -> Iterator[Place]:
    """Its count is not of people waiting but of windows that nobody will save (R42)."""
    if board.any:
        title = tr("rail", "WhatsApp windows")
        yield Place("screen:windows", title, "clock", waiting=board.urgent, screen="windows")


def _oversight(advice: int | None) -> Iterator[Place]:
    if advice is not None:
        yield Place(
            "screen:advisor",
            tr("rail", "Advisor"),
            "clipboard-check",
            waiting=advice,
            count=tr("rail", "%n to look at", advice),
            screen="advisor",
        )
        yield Place("screen:audit", tr("rail", "Audit log"), "history", screen="audit")


def _scopes(counts: RailCounts) -> Iterator[Place]:
    for scope in Scope:
        waiting: int = getattr(counts, scope.value)
        if scope in _ALWAYS or waiting or _is_mine(scope, counts):
            yield Place(
                scope_key(scope),
                scope_title(scope),
                _ICONS[scope],
                below=covered_words(counts.covered) if scope is Scope.COVERING else "",
                waiting=waiting,
                filter=InboxFilter(scope=scope),
            )


def _is_mine(scope: Scope, counts: RailCounts) -> bool:
    """Whether a place stands there for the reader also while nobody waits in it."""
    if scope is Scope.UNROUTED:
        return counts.sees_unrouted
    return scope is Scope.COVERING and bool(counts.covered)


def covered_words(covered: tuple[Covered, ...]) -> str:
    """For whom one answers, and to which day: "Jonas Weber, until 27 Nov" (R25)."""
    if len(covered) > _NAMED:
        names = ", ".join(isolate(display_name(one.name, 24)) for one in covered[:_NAMED])
        return f"{names}, {tr('rail', '%n more', len(covered) - _NAMED)}"
    return "; ".join(map(_covered_one, covered))


def _covered_one(one: Covered) -> str:
    name = isolate(display_name(one.name, 14))
    day = QDate.fromString(one.last_day, Qt.DateFormat.ISODate)
    if not day.isValid():
        return tr("rail", "{name}, no end yet").replace("{name}", name)
    said = QLocale().toString(day, "d MMM")  # what the rail has room for
    return tr("rail", "{name}, until {day}").replace("{day}", said).replace("{name}", name)


def _section(key: str, title: str, members: Iterable[Place]) -> Iterator[Place]:
    found = tuple(members)
    if found:
        yield Place(f"head:{key}", title)
        yield from found


def _troubled(count: int) -> Iterator[Place]:
    """Quiet while nothing failed; otherwise found whatever the state of the conversation."""
    if count:
        yield Place(
            "trouble",
            tr("rail", "Failed or held"),
            "triangle-alert",
            waiting=count,
            filter=InboxFilter(failed=True, state=None),
        )


def _program(program: ProgramCount) -> Place:
    return Place(
        f"program:{program.program_id}",
        display_name(program.name) or tr("rail", "Unnamed"),
        dot=_DOTS[program.kind],
        waiting=program.waiting,
        filter=InboxFilter(source=SourceFilter(program.kind), program_id=program.program_id),
    )


def _view(view: ViewRow) -> Place:
    return Place(
        f"view:{view.id}",
        display_name(view.name) or tr("rail", "Unnamed"),
        "share-2" if view.shared or not view.mine else "bookmark",
        waiting=view.waiting,
        filter=view.filter,
        view=view,
    )
