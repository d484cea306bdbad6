"""A cover plan before it is saved: what it would leave without anybody (R24).

One ordered list of checks over what is known of the plan; each answers with what it found and a way
out, or with a line that says that nothing is missing. Nothing here looks anything up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from sms_desk.domain.absence_times import day_of, walls_of
from sms_desk.domain.absences import Absence, Part, Split
from sms_desk.domain.duty import Duty, next_there
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.responsibility import Presence
from sms_desk.domain.wall_time import require_zone


class GapCode(StrEnum):
    """What the check before saving looks at (R24)."""

    SENDER_UNHELD = "sender_unheld"
    WINDOW_CLOSES = "window_closes"
    SCHEDULED_UNOWNED = "scheduled_unowned"
    SUBSTITUTE_ABSENT = "substitute_absent"
    CYCLE = "cycle"
    PART_UNCOVERED = "part_uncovered"
    SUBSTITUTE_SUSPENDED = "substitute_suspended"
    CONTACTS_UNOWNED = "contacts_unowned"  # of who leaves for good
    RULE_NAMES_NOBODY = "rule_names_nobody"  # a routing rule names who leaves for good


class Severity(StrEnum):
    STOP = "stop"  # it is refused, confirmed or not
    WARNING = "warning"  # a gap: saving needs to be confirmed
    OK = "ok"  # looked at, nothing is missing


class Remedy(StrEnum):
    NONE = "none"
    SHOW = "show"  # the subjects can be looked at
    CHANGE = "change"  # the plan can be changed so that it goes away


@dataclass(frozen=True, slots=True)
class Gap:
    """One line of the check. subject_ids: sender IDs, conversations, messages or people, as its code
    says; parts: which of the plan it is about."""

    code: GapCode
    severity: Severity
    title: str
    detail: str = ""
    subject_ids: tuple[UUID, ...] = ()
    remedy: Remedy = Remedy.NONE
    parts: tuple[Part, ...] = ()


# --- what is known of the plan --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who is named as a substitute, or whom a chain may reach. duty: with their absences."""

    name: str
    duty: Duty
    gone: bool = False  # suspended or removed


@dataclass(frozen=True, slots=True)
class HeldSender:
    """A sender ID of the absent person. others: there are present people who hold it besides."""

    id: UUID
    label: str
    others: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Something that needs a person by a moment: a conversation whose WhatsApp window closes, a
    message that goes out. taker: the substitute whom the plan would choose; None: nobody."""

    id: UUID
    label: str
    at: datetime
    taker: UUID | None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What the check looks at. plan: as it would be stored. others: all other absences that count.
    untaken: conversations that no share of a divided part takes. contacts: that they own; rules:
    sender IDs of others whose rule names them."""

    plan: Absence
    now: datetime
    name: str
    people: Mapping[UUID, Helper]
    others: tuple[Absence, ...] = ()
    senders: tuple[HeldSender, ...] = ()
    windows: tuple[Due, ...] = ()
    scheduled: tuple[Due, ...] = ()
    conversations: int = 0
    untaken: tuple[UUID, ...] = ()
    contacts: int = 0
    rules: tuple[HeldSender, ...] = ()

    def named(self, person_id: UUID) -> str:
        helper = self.people.get(person_id)
        return helper.name if helper else "somebody who is not here"

    def gone(self, person_id: UUID) -> bool:
        helper = self.people.get(person_id)
        return helper is None or helper.gone

    @property
    def starts(self) -> datetime:
        """From when on the plan matters: what is past stays as it was."""
        return max(self.plan.since, self.now)


# --- the checks -----------------------------------------------------------------------------------

_CHAINS = (
    frozenset({Part.CONVERSATIONS, Part.INBOUND}),
    frozenset({Part.SENDERS}),
    frozenset({Part.SCHEDULED}),
    frozenset({Part.NOTIFICATIONS}),
)
"""Parts that follow the substitutes of the same parts."""


def check(facts: PlanFacts) -> tuple[Gap, ...]:
    """Every check in order, each with what it found, or a line that nothing is missing (R24)."""
    return tuple(gap for one in _CHECKS for gap in one(facts))


def refused(gaps: Iterable[Gap]) -> bool:
    """Whether the plan cannot be saved at all."""
    return any(gap.severity is Severity.STOP for gap in gaps)


def needs_confirmation(gaps: Iterable[Gap]) -> bool:
    """Whether saving it leaves something without anybody (R24)."""
    return any(gap.severity is Severity.WARNING for gap in gaps)


def _suspended(facts: PlanFacts) -> Iterator[Gap]:
    for person_id, parts in _named_for(facts.plan).items():
        if person_id == facts.plan.person_id or not facts.gone(person_id):
            continue
        yield Gap(
            GapCode.SUBSTITUTE_SUSPENDED,
            Severity.STOP,
            f"{facts.named(person_id)} does not work here at the moment",
            "Somebody who is suspended or has left cannot be a substitute. Choose another one.",
            (person_id,),
            Remedy.CHANGE,
            parts,
        )


def _cycle(facts: PlanFacts) -> Iterator[Gap]:
    found: dict[tuple[UUID, ...], list[tuple[datetime, datetime | None]]] = {}
    for begin, end, away in _stretches(facts):
        for chain in _CHAINS:
            ring = _ring(facts.plan.person_id, away, chain)
            if ring:
                found.setdefault(ring, []).append((begin, end))
    if not found:
        if _named_for(facts.plan):
            yield Gap(GapCode.CYCLE, Severity.OK, "No two people cover each other")
        return
    zone = require_zone(facts.plan.zone)
    for ring, spans in found.items():
        words = " → ".join(facts.named(person_id) for person_id in (*ring, ring[0]))
        detail = f"A cover in a ring reaches nobody: {words}, {_spans(_merged(spans), zone)}."
        if len(ring) == 1:
            detail = "Nobody can be their own substitute."
        yield Gap(
            GapCode.CYCLE,
            Severity.STOP,
            f"{facts.name} would be covered by {'themselves' if len(ring) == 1 else 'a ring'}",
            detail,
            ring,
            Remedy.CHANGE,
        )


def _absent(facts: PlanFacts) -> Iterator[Gap]:
    """Which of the substitutes are away themselves, when, and to whom it goes on meanwhile."""
    zone = require_zone(facts.plan.zone)
    stretches = list(_stretches(facts))
    named = {
        person_id: parts
        for person_id, parts in _named_for(facts.plan).items()
        if person_id != facts.plan.person_id and not facts.gone(person_id)
    }
    missing = False
    for person_id, parts in named.items():
        spans = [(begin, end) for begin, end, away in stretches if person_id in away.absences]
        if not spans:
            continue
        missing = True
        onward = [
            _reached(facts, person_id, away, parts)
            for _, _, away in stretches
            if person_id in away.absences
        ]
        whole = _merged(spans) == _merged([(begin, end) for begin, end, _ in stretches])
        when = "all of that time" if whole else _spans(_merged(spans), zone)
        yield Gap(
            GapCode.SUBSTITUTE_ABSENT,
            Severity.WARNING,
            f"{facts.named(person_id)} is away, too: {when}",
            _goes_on(facts, onward),
            (person_id,),
            Remedy.CHANGE,
            parts,
        )
    if named and not missing:
        yield Gap(
            GapCode.SUBSTITUTE_ABSENT,
            Severity.OK,
            f"Every substitute is there: {len(named)} of {len(named)}",
        )


def _uncovered(facts: PlanFacts) -> Iterator[Gap]:
    plan = facts.plan
    old, new = (bool(plan.cover(part).shares) for part in (Part.CONVERSATIONS, Part.INBOUND))
    if not old and not new:
        yield _no_taker(
            "Nobody takes the conversations",
            f"{facts.name}'s conversations, old and new, stand in Unassigned, where supervisors "
            "see them.",
            (Part.CONVERSATIONS, Part.INBOUND),
        )
        return
    if not old and facts.conversations:
        yield _no_taker(
            f"Nobody takes {_count(facts.conversations, 'open conversation')}",
            "They stand in Unassigned, where supervisors see them.",
            (Part.CONVERSATIONS,),
        )
    if not new:
        yield _no_taker(
            "Nobody takes what comes in",
            "New conversations stand in Unassigned, where supervisors see them.",
            (Part.INBOUND,),
        )
    for part in (Part.CONVERSATIONS, Part.INBOUND):
        cover = plan.cover(part)
        if cover.split not in _KEYED or not cover.shares or any(not s.keys for s in cover.shares):
            continue
        if part is Part.CONVERSATIONS and not facts.untaken:
            continue
        words = _count(len(facts.untaken), "open conversation")
        yield Gap(
            GapCode.PART_UNCOVERED,
            Severity.WARNING,
            f"Nobody takes {words}"
            if part is Part.CONVERSATIONS
            else "What comes in beside the named ones comes to nobody",
            "Name somebody for all the others.",
            facts.untaken if part is Part.CONVERSATIONS else (),
            Remedy.CHANGE,
            (part,),
        )


_KEYED = (Split.PROGRAM, Split.SENDER, Split.LIST)


def _senders(facts: PlanFacts) -> Iterator[Gap]:
    if not facts.senders:
        return
    cover = facts.plan.cover(Part.SENDERS)
    rest = any(not share.keys for share in cover.shares)
    lent = frozenset(key for share in cover.shares for key in share.keys)
    unheld = [s for s in facts.senders if not (s.others or rest or s.id in lent)]
    if not unheld:
        n = len(facts.senders)
        yield Gap(GapCode.SENDER_UNHELD, Severity.OK, f"Every sender ID has a holder: {n} of {n}")
        return
    yield Gap(
        GapCode.SENDER_UNHELD,
        Severity.WARNING,
        f"Nobody else holds {_count(len(unheld), 'sender ID')}",
        f"{_list(s.label for s in unheld)}: nobody can begin a conversation from "
        f"{'it' if len(unheld) == 1 else 'them'} meanwhile.",
        tuple(s.id for s in unheld),
        Remedy.CHANGE,
        (Part.SENDERS,),
    )


def _windows(facts: PlanFacts) -> Iterator[Gap]:
    open_then = [due for due in facts.windows if due.at > facts.starts and _during(facts, due.at)]
    if not open_then:
        return
    late = [due for due in open_then if not _there_before(facts, due)]
    if not late:
        n = len(open_then)
        title = f"Somebody is there before each WhatsApp window closes: {n} of {n}"
        yield Gap(GapCode.WINDOW_CLOSES, Severity.OK, title)
        return
    zone = require_zone(facts.plan.zone)
    first = min(late, key=lambda due: due.at)
    closes = "it closes" if len(late) == 1 else "the first closes"
    yield Gap(
        GapCode.WINDOW_CLOSES,
        Severity.WARNING,
        f"{_count(len(late), 'WhatsApp window')} "
        f"{'closes' if len(late) == 1 else 'close'} before anybody is there",
        f"{_list(due.label for due in late)}: {closes} {_minute(first.at, zone)}. Afterwards only "
        "an approved template can be sent.",
        tuple(due.id for due in late),
        Remedy.SHOW,
        (Part.CONVERSATIONS,),
    )


def _scheduled(facts: PlanFacts) -> Iterator[Gap]:
    due = [one for one in facts.scheduled if one.at >= facts.starts and _during(facts, one.at)]
    if not due:
        return
    loose = [one for one in due if one.taker is None or facts.gone(one.taker)]
    if not loose:
        n = len(due)
        title = f"Somebody looks after each scheduled message: {n} of {n}"
        yield Gap(GapCode.SCHEDULED_UNOWNED, Severity.OK, title)
        return
    zone = require_zone(facts.plan.zone)
    first = min(loose, key=lambda one: one.at)
    yield Gap(
        GapCode.SCHEDULED_UNOWNED,
        Severity.WARNING,
        f"Nobody looks after {_count(len(loose), 'scheduled message')}",
        f"{'It goes' if len(loose) == 1 else 'They go'} out as written, the first "
        f"{_minute(first.at, zone)}; if one is held, nobody sees to it.",
        tuple(one.id for one in loose),
        Remedy.SHOW,
        (Part.SCHEDULED,),
    )


def _contacts(facts: PlanFacts) -> Iterator[Gap]:
    """Who leaves for good is no longer anybody's contact person (R29)."""
    if not facts.plan.permanent or not facts.contacts:
        return
    words = _count(facts.contacts, "contact")
    if facts.plan.contacts.shares:
        title = f"{words} {'gets' if facts.contacts == 1 else 'get'} another owner"
        yield Gap(GapCode.CONTACTS_UNOWNED, Severity.OK, title)
        return
    yield Gap(
        GapCode.CONTACTS_UNOWNED,
        Severity.WARNING,
        f"Nobody takes {words}",
        "They have no owner then; a rule that asks for the contact's owner finds nobody.",
        (),
        Remedy.CHANGE,
        (Part.INBOUND,),
    )


def _rules(facts: PlanFacts) -> Iterator[Gap]:
    """A routing rule that names who leaves for good needs another name (R29)."""
    if not facts.plan.permanent or not facts.rules:
        return
    loose = [one for one in facts.rules if len(facts.plan.rule_takers(one.id)) != 1]
    if not loose:
        words = _count(len(facts.rules), "routing rule")
        title = f"{words} will name who takes over: {_list(one.label for one in facts.rules)}"
        yield Gap(GapCode.RULE_NAMES_NOBODY, Severity.OK, title)
        return
    yield Gap(
        GapCode.RULE_NAMES_NOBODY,
        Severity.WARNING,
        f"{_count(len(loose), 'routing rule')} would name nobody",
        f"{_list(one.label for one in loose)}: no single person takes over, so the contact's owner "
        "would decide who gets what comes in.",
        tuple(one.id for one in loose),
        Remedy.CHANGE,
        (Part.SENDERS,),
    )


_CHECKS: tuple[Callable[[PlanFacts], Iterator[Gap]], ...] = (
    _suspended,
    _cycle,
    _absent,
    _uncovered,
    _senders,
    _windows,
    _scheduled,
    _contacts,
    _rules,
)


# --- who is away when -----------------------------------------------------------------------------

_Spans = list[tuple[datetime, datetime | None]]


def _stretches(facts: PlanFacts) -> Iterator[tuple[datetime, datetime | None, Presence]]:
    """The time of the plan in pieces during which the same people are away."""
    plan = facts.plan
    everything = (*facts.others, plan)
    edges = {at for one in everything for at in (one.since, one.until) if at is not None}
    begins = sorted(
        {facts.starts, *(at for at in edges if at > facts.starts and _during(facts, at))}
    )
    gone = frozenset(id_ for id_, helper in facts.people.items() if helper.gone)
    for begin, end in zip(begins, [*begins[1:], plan.until], strict=True):
        yield begin, end, Presence.at(everything, begin, gone)


def _during(facts: PlanFacts, at: datetime) -> bool:
    return facts.plan.until is None or at < facts.plan.until


def _next(person_id: UUID, away: Presence, parts: frozenset[Part]) -> frozenset[UUID]:
    """Who takes these parts of somebody who is away: those of the innermost absence that says."""
    for absence in away.absences.get(person_id, ()):
        named = frozenset(one for part in parts for one in absence.cover(part).substitutes)
        if named:
            return named
    return frozenset()


def _ring(start: UUID, away: Presence, parts: frozenset[Part]) -> tuple[UUID, ...]:
    """The way from somebody through substitutes that are away back to them; () if there is none."""
    stack: list[tuple[UUID, ...]] = [(start,)]
    seen = {start}
    while stack:
        way = stack.pop()
        for one in sorted(_next(way[-1], away, parts), reverse=True):
            if one == start:
                return way
            if one not in seen and one in away.absences:
                seen.add(one)
                stack.append((*way, one))
    return ()


def _reached(
    facts: PlanFacts, person_id: UUID, away: Presence, parts: tuple[Part, ...]
) -> frozenset[UUID]:
    """To whom a substitute's share goes on while they are away; empty: to nobody."""
    chain = next(chain for chain in _CHAINS if parts[0] in chain)
    found: set[UUID] = set()
    seen = {facts.plan.person_id, person_id}
    waiting = list(_next(person_id, away, chain))
    while waiting:
        one = waiting.pop()
        if one in seen or facts.gone(one):
            continue
        seen.add(one)
        if one in away.absences:
            waiting += _next(one, away, chain)
        else:
            found.add(one)
    return frozenset(found)


def _there_before(facts: PlanFacts, due: Due) -> bool:
    """Whether the taker, or whoever takes it on from them, is there before that moment."""
    if due.taker is None:
        return False
    people = {due.taker}
    for begin, _, away in _stretches(facts):
        if begin < due.at and due.taker in away.absences:
            people |= _reached(facts, due.taker, away, (Part.CONVERSATIONS,))
    there = (
        next_there(facts.people[one].duty, facts.starts) for one in people if one in facts.people
    )
    return any(at is not None and at < due.at for at in there)


def _named_for(plan: Absence) -> dict[UUID, tuple[Part, ...]]:
    """Every substitute with the parts that they take, in the order of the plan."""
    found: dict[UUID, list[Part]] = {}
    for cover in plan.covers:
        for share in cover.shares:
            parts = found.setdefault(share.person_id, [])
            if cover.part not in parts:
                parts.append(cover.part)
    return {person_id: tuple(parts) for person_id, parts in found.items()}


# --- words ----------------------------------------------------------------------------------------


def _no_taker(title: str, detail: str, parts: tuple[Part, ...]) -> Gap:
    return Gap(GapCode.PART_UNCOVERED, Severity.WARNING, title, detail, (), Remedy.CHANGE, parts)


def _goes_on(facts: PlanFacts, onward: list[frozenset[UUID]]) -> str:
    names = sorted({facts.named(one) for people in onward for one in people})
    lost = "What is theirs stands in Unassigned meanwhile."
    if not names:
        return lost
    words = f"What is theirs goes on to {_list(names)} meanwhile."
    return words if all(onward) else f"{words} For some of that time nobody takes it."


def _merged(spans: _Spans) -> _Spans:
    found: _Spans = []
    for begin, end in sorted(spans, key=lambda span: span[0]):
        if found and (found[-1][1] is None or begin <= found[-1][1]):
            last = found[-1][1]
            found[-1] = (found[-1][0], None if last is None or end is None else max(last, end))
        else:
            found.append((begin, end))
    return found


def _spans(spans: _Spans, zone: tzinfo) -> str:
    return _list(span_words(begin, end, zone) for begin, end in spans)


def span_words(since: datetime, until: datetime | None, zone: tzinfo) -> str:
    """A span as people say it: "Mon 23 to Fri 27 Nov", whole days where it is made of them."""
    walls = walls_of(since, until, zone)
    begin = _day(day_of(since, zone)) if " " not in walls.since_wall else _minute(since, zone)
    if until is None:
        return f"from {begin} on"
    if " " in walls.until_wall:
        return f"{begin} to {_minute(until, zone)}"
    last = day_of(until, zone) - timedelta(days=1)
    return begin if last == day_of(since, zone) else f"{begin} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _minute(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{_day(local.date())} {local:%H:%M}"


_SHOWN = 3


def _list(names: Iterable[str]) -> str:
    found = list(names)
    if len(found) > _SHOWN + 1:
        return f"{', '.join(found[:_SHOWN])} and {len(found) - _SHOWN} more"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def _count(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"
