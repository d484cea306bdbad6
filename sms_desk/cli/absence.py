"""`absence`: who is away, who takes what meanwhile, and the brief afterwards (R23-R29)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.cli import (
    absence_text,
    ids,
)
from sms_desk.cli.answers import Changed, Count, Rows
from sms_desk.cli.framework import group, with_desk
from sms_desk.cli.targets import TargetWords, change_targets, target_options
from sms_desk.domain import absence_times
from sms_desk.domain import commands as c
from sms_desk.domain.absence_times import Span
from sms_desk.domain.absences import HANDED_OVER, Cover, Part, Share, Split
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import absences as service
from sms_desk.services import directory, programs, senders
from sms_desk.services.absence_rows import AbsenceRow, AbsenceState, Brief, CoveringRow, PlanCheck
from sms_desk.services.context import Context
from sms_desk.services.desk import Desk

_ = absence_text  # imported for what it registers: how these answers are told

F = TypeVar("F", bound=Callable[..., Any])
_REASONS = click.Choice(["vacation", "sick", "left", "other"])
_FROM = 'Now if not given: "mon 23 nov", "tomorrow 14:30", 2026-11-23; that person\'s clock.'
_UNTIL = 'Without end if not given: "fri" includes Friday; "3 days", "4h", "2 dec 9:00".'
_PARTS = ", ".join(Part)


# --- who takes what -------------------------------------------------------------------------------


@dataclass(frozen=True)
class CoverWords:
    """What was typed to say who takes what."""

    to: tuple[str, ...]
    parts: tuple[str, ...]
    splits: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.to or self.parts)

    def resolve(self, desk: Desk) -> tuple[Cover, ...]:
        """The cover that is meant. Raises UsageError, NotFoundError."""
        rules = dict(self._rule(text) for text in self.splits)
        shares = {
            part: tuple(Share(ids.person(desk, one)) for one in self.to) for part in HANDED_OVER
        }
        for text in self.parts:
            part, _, who = text.partition("=")
            named = [one.strip() for one in who.split(",") if one.strip()]
            rule = rules.get(_part(part), Split.EVEN)
            shares[_part(part)] = tuple(_share(desk, one, rule) for one in named)
        return tuple(
            Cover(part, rules.get(part, Split.EVEN) if len(some) > 1 else Split.ONE, some)
            if not any(share.keys for share in some)
            else Cover(part, rules[part], some)
            for part, some in shares.items()
            if some
        )

    def _rule(self, text: str) -> tuple[Part, Split]:
        part, _, rule = text.partition("=")
        if rule not in Split.__members__.values():
            raise UsageError(f"“{rule}” is no rule.", f"One of: {', '.join(Split)}.")
        return _part(part), Split(rule)


def _part(text: str) -> Part:
    if text not in Part.__members__.values():
        raise UsageError(f"“{text}” is no part.", f"One of: {_PARTS}.")
    return Part(text)


def _share(desk: Desk, text: str, rule: Split) -> Share:
    """PERSON, or PERSON:KEY+KEY for a rule that goes by keys."""
    who, _, keys = text.partition(":")
    find: dict[Split, Callable[[str], UUID]] = {
        Split.PROGRAM: lambda key: desk.read(programs.find, key),
        Split.SENDER: lambda key: desk.read(senders.find, key),
        Split.LIST: lambda key: ids.conversation(desk, key),
    }
    if keys and rule not in find:
        raise UsageError(
            f"“{text}” names what somebody takes, and the part is divided by no such rule.",
            "Add --split with program, sender or list.",
        )
    return Share(ids.person(desk, who), tuple(find[rule](key) for key in keys.split("+") if key))


def cover_options(function: F) -> F:
    """Add --to, --part, --split; handed over as `cover_words`."""

    @functools.wraps(function)
    def call(
        *args: Any, to: tuple[str, ...], parts: tuple[str, ...], splits: tuple[str, ...], **kw: Any
    ) -> Any:
        return function(*args, cover_words=CoverWords(to, parts, splits), **kw)

    for option in (
        click.option(
            "--split",
            "splits",
            multiple=True,
            metavar="PART=RULE",
            help=f"How a part is divided: {', '.join(Split)}; even if not given. Repeatable.",
        ),
        click.option(
            "--part",
            "parts",
            multiple=True,
            metavar="PART=PERSON,...",
            help=f"Who takes one part, PERSON:KEY+KEY for program, sender or list: {_PARTS}.",
        ),
        click.option(
            "--to", multiple=True, metavar="PERSON", help="Who takes everything. Repeatable."
        ),
    ):
        option(call)
    return call  # type: ignore[return-value]


# --- commands -------------------------------------------------------------------------------------


@group()
def absence() -> None:
    """Who is away, who covers, and what happened meanwhile."""


def plan_options(function: F) -> F:
    """Add what `plan` and `check` share."""
    for option in (
        click.option("--reason", type=_REASONS, help="Why."),
        click.option(
            "--for-good", is_flag=True, help="They do not come back: what they own moves for good."
        ),
        click.option("--until", default="", metavar="TIME", help=_UNTIL),
        click.option("--from", "since", default="", metavar="TIME", help=_FROM),
        click.argument("person"),
    ):
        option(function)
    return cover_options(function)


@absence.command("plan")
@plan_options
@click.option("--confirm", is_flag=True, help="The gaps that the check finds are meant.")
@click.option("--dry-run", is_flag=True, help="Only check; change nothing.")
@with_desk
def plan_absence(
    desk: Desk,
    person: str,
    since: str,
    until: str,
    cover_words: CoverWords,
    for_good: bool,
    reason: str | None,
    confirm: bool,
    dry_run: bool,
) -> Changed | PlanCheck:
    """Plan an absence: from when to when by that person's clock, and who takes what."""
    planned = _plan(desk, person, since, until, cover_words, for_good, reason, confirm)
    if dry_run:
        return desk.read(service.check, planned)
    return Changed.of(desk.change(planned), planned.absence_id)


@absence.command()
@plan_options
@with_desk
def check(
    desk: Desk,
    person: str,
    since: str,
    until: str,
    cover_words: CoverWords,
    for_good: bool,
    reason: str | None,
) -> PlanCheck:
    """Say what a plan would leave to nobody, and everybody's load; change nothing."""
    planned = _plan(desk, person, since, until, cover_words, for_good, reason, False)
    return desk.read(service.check, planned)


@absence.command()
@click.argument("person")
@click.option("--confirm", is_flag=True, help="The gaps that the check finds are meant.")
@click.option("--dry-run", is_flag=True, help="Only check; change nothing.")
@with_desk
def start(desk: Desk, person: str, confirm: bool, dry_run: bool) -> Changed | PlanCheck:
    """Sick today: away from now to the end of their day, covered by who is suggested."""
    planned = desk.read(service.sick_today, ids.person(desk, person))
    found = desk.read(service.check, planned)
    if dry_run:
        return found
    planned = replace(planned, confirmed=confirm or not service.worth_a_look(found))
    return Changed.of(desk.change(planned), planned.absence_id)


@absence.command(epilog="ID is an absence, or the name of who is away.")
@click.argument("absence_id", metavar="ID")
@click.option("--until", required=True, metavar="TIME", help=_UNTIL + " open: without end.")
@cover_options
@click.option("--confirm", is_flag=True, help="The gaps that the check finds are meant.")
@click.option("--dry-run", is_flag=True, help="Only check; change nothing.")
@with_desk
def extend(
    desk: Desk,
    absence_id: str,
    until: str,
    cover_words: CoverWords,
    confirm: bool,
    dry_run: bool,
) -> Changed | PlanCheck:
    """Let it end later or earlier; with --to or --part, others take what is named."""
    row = _row(desk, absence_id)
    ends, wall = desk.read(_end, row, until)
    covers = {cover.part: cover for cover in row.covers}
    covers |= {cover.part: cover for cover in cover_words.resolve(desk)} if cover_words else {}
    changed = c.ChangeAbsence(
        **desk.stamp(),
        absence_id=row.id,
        since=row.since,
        until=ends,
        since_wall=row.since_wall,
        until_wall=wall,
        covers=tuple(covers.values()),
        confirmed=confirm,
    )
    if dry_run:
        return desk.read(service.check, changed)
    return Changed.of(desk.change(changed), row.id)


@absence.command(epilog="ID is an absence, or the name of who is away.")
@click.argument("absence_id", metavar="ID")
@click.option("--dry-run", is_flag=True, help="Only count the conversations that come back.")
@with_desk
def end(desk: Desk, absence_id: str, dry_run: bool) -> Changed | Count:
    """They are back now; one that has not begun is called off."""
    row = _row(desk, absence_id)
    if dry_run:
        return Count(row.conversations if row.state is AbsenceState.RUNNING else 0)
    return Changed.of(desk.change(c.EndAbsence(**desk.stamp(), absence_id=row.id)), row.id)


@absence.command("list")
@click.option("--all", "ended", is_flag=True, help="Those that are over, too.")
@with_desk
def list_absences(desk: Desk, ended: bool) -> Rows[AbsenceRow]:
    """List who is or will be away."""
    return Rows(desk.read(service.listing, ended=ended))


@absence.command(epilog="ID is an absence, or the name of who is away.")
@click.argument("absence_id", metavar="ID")
@with_desk
def show(desk: Desk, absence_id: str) -> AbsenceRow:
    """Show one, with who takes what."""
    return _row(desk, absence_id)


@absence.command(epilog="ID is an absence, or the name of who was away.")
@click.argument("absence_id", metavar="ID")
@click.option(
    "--take-back", multiple=True, metavar="ID", help="Own this one again, that a substitute kept."
)
@click.option(
    "--leave", multiple=True, metavar="ID", help="Let who answered this one go on with it."
)
@with_desk
def brief(
    desk: Desk, absence_id: str, take_back: tuple[str, ...], leave: tuple[str, ...]
) -> Brief | Changed:
    """Tell what happened meanwhile, conversation by conversation; or settle it."""
    row = _row(desk, absence_id)
    if not take_back and not leave:
        return desk.read(service.brief, row.id)
    settled = c.SettleBrief(
        **desk.stamp(),
        absence_id=row.id,
        taken_back=tuple(_briefed(desk, row, one) for one in take_back),
        left=tuple(_briefed(desk, row, one) for one in leave),
    )
    return Changed.of(desk.change(settled), row.id)


@absence.command()
@with_desk
def covering(desk: Desk) -> Rows[CoveringRow]:
    """List for whom one answers now, until when, and how many conversations."""
    return Rows(desk.read(service.covering))


@absence.command()
@target_options
@with_desk
def take(desk: Desk, target_words: TargetWords) -> Changed | Count:
    """Keep conversations that one covers: they are one's own, and do not return."""
    return change_targets(
        desk, target_words, lambda targets: c.TakeFromCover(**desk.stamp(), targets=targets)
    )


# --- from words -----------------------------------------------------------------------------------


def _plan(
    desk: Desk,
    person: str,
    since: str,
    until: str,
    cover_words: CoverWords,
    for_good: bool,
    reason: str | None,
    confirm: bool,
) -> c.PlanAbsence:
    id_ = ids.person(desk, person)
    zone = next(row.zone for row in desk.read(directory.everybody) if row.id == id_)
    span = desk.read(_span, since, until, zone)
    return c.PlanAbsence(
        **desk.stamp(),
        absence_id=ids.fresh(desk),
        person_id=id_,
        since=span.since,
        until=span.until,
        zone=zone,
        since_wall=span.since_wall,
        until_wall=span.until_wall,
        covers=cover_words.resolve(desk),
        permanent=for_good,
        reason=reason or ("left" if for_good else ""),
        confirmed=confirm,
    )


def _span(ctx: Context, since: str, until: str, zone: str) -> Span:
    return absence_times.parse_span(since, until, ctx.now, require_zone(zone))


def _end(ctx: Context, row: AbsenceRow, until: str) -> Any:
    return absence_times.end_of(until, row.since, ctx.now, require_zone(row.zone))


def _row(desk: Desk, text: str) -> AbsenceRow:
    """By id or a part of it; by a person's name: the one that runs, else the next, else the last."""
    rows = desk.read(service.listing, ended=True)
    named = [row for row in rows if row.person_name.casefold() == text.casefold()]
    order = (AbsenceState.RUNNING, AbsenceState.COMING)
    for state in order:
        for row in named:
            if row.state is state:
                return row
    if named:
        return max(named, key=lambda row: (row.until or row.since, row.id))
    if not ids.whole(text) and not ids.is_part(text):
        raise NotFoundError(f"“{text}” is not away, and no absence.", "See sms-desk absence list.")
    id_ = ids.whole(text) or ids.pick(text, (row.id for row in rows), "absence")
    return desk.read(service.get, id_)


def _briefed(desk: Desk, row: AbsenceRow, text: str) -> UUID:
    found = desk.read(service.brief, row.id)
    known = (one.conversation_id for one in found.rows)
    return ids.whole(text) or ids.pick(text, known, "conversation of the brief")
