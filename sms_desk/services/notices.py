"""What people were told, as lists and pop-ups; e-mail templates, and whose inbox is muted (R20, R21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import Channel, Role
from sms_desk.domain.notices import Because, Kind, State, Way, Wishes
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import parse_hours
from sms_desk.notify.base import Shown
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.services.notice_words import DEFAULT as DEFAULT
from sms_desk.services.notice_words import KIND_WORDS, Known, headline, state_words, why
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import notices, senders

_LONGEST = 200
"""Characters of a pop-up (algorithms §3)."""
_AT_ONCE = 50
_APART = 3
"""So many pop-ups stand beside each other; more become one that counts."""


# --- the list -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice: who was told of what and how, why they, and what became of it.

    about: the contact, or how many; state_words: where it stands, in words; why: the trail as a
    sentence; conversation_id: what it is about, where whoever looks may see that.
    """

    id: UUID
    at: datetime
    person_id: UUID
    person_name: str
    kind: Kind
    way: Way
    state: State
    state_at: datetime
    what: str
    about: str
    why: str
    state_words: str
    template: str
    tries: int
    next_try_at: datetime | None
    conversation_id: UUID | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """more: whether older ones follow below the last row."""

    rows: tuple[NoticeRow, ...]
    more: bool
    troubled: int
    """How many e-mails failed or are in doubt, of all that the person may see."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices. before: those below that one."""

    person_id: UUID | None = None
    way: Way | None = None
    kind: Kind | None = None
    states: tuple[State, ...] = ()
    conversation_id: UUID | None = None
    before: tuple[datetime, UUID] | None = None
    limit: int = 100


def page(ctx: Context, wanted: Wanted) -> NoticePage:
    """Notices, newest first: one's own; a supervisor's also of the teams; an admin's all."""
    whose = _whose(ctx, wanted.person_id)
    rows = notices.listing(
        ctx.tx,
        people=whose,
        way=wanted.way,
        kind=wanted.kind,
        states=wanted.states,
        conversation_id=wanted.conversation_id,
        before=wanted.before,
        limit=wanted.limit + 1,
    )
    shown = _shown(ctx, rows[: wanted.limit])
    return NoticePage(shown, len(rows) > wanted.limit, notices.troubled(ctx.tx, whose))


def find(ctx: Context, notice_id: UUID) -> NoticeRow:
    """Raises NotFoundError for one that is not there, or not to be seen."""
    row = notices.get(ctx.tx, notice_id)
    if row is None or not _may_see(ctx, row["person_id"]):
        raise NotFoundError("There is no such notice, or it is not yours to see.")
    return _shown(ctx, [row])[0]


def _whose(ctx: Context, person_id: UUID | None) -> Collection[UUID] | None:
    """None: everybody's."""
    if person_id is not None:
        if not _may_see(ctx, person_id):
            raise RefusedError("What others were told is theirs to see.", rule="role")
        return (person_id,)
    if ctx.actor.role is Role.ADMIN:
        return None
    return {ctx.actor.person_id, *ctx.reach.people}


def _may_see(ctx: Context, person_id: UUID) -> bool:
    mine = person_id == ctx.actor.person_id
    return mine or ctx.actor.role is Role.ADMIN or person_id in ctx.reach.people


def _shown(ctx: Context, rows: Sequence[Mapping[Any, Any]]) -> tuple[NoticeRow, ...]:
    known = Known.of(ctx.tx, rows)
    ids = {row["conversation_id"] for row in rows} - {None}
    seen = set(inbox_store.visible(ctx.tx, ctx.reach, list(ids))) if ids else set()
    return tuple(_row(ctx, known, row, seen) for row in rows)


def _row(ctx: Context, known: Known, row: Mapping[Any, Any], seen: Collection[UUID]) -> NoticeRow:
    own = row["person_id"] == ctx.actor.person_id
    conversation = row["conversation_id"]
    may_see = conversation in seen
    return NoticeRow(
        id=row["id"],
        at=row["made_at"],
        person_id=row["person_id"],
        person_name=known.name(row["person_id"]),
        kind=Kind(row["kind"]),
        way=Way(row["way"]),
        state=State(row["state"]),
        state_at=row["state_at"],
        what=KIND_WORDS[Kind(row["kind"])],
        about=known.about(row) if conversation is None or may_see else "",
        why=why(row["trail"], "you" if own else known.name(row["person_id"]), known.names),
        state_words=state_words(row),
        template=row["template"],
        tries=row["tries"],
        next_try_at=row["next_try_at"],
        conversation_id=conversation if may_see else None,
    )


# --- pop-ups --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PopUp:
    """Notices that are shown together. notice_ids: to be taken before it is shown."""

    notice_ids: tuple[UUID, ...]
    shown: Shown


def popups(ctx: Context) -> tuple[PopUp, ...]:
    """What waits to be shown to the actor, grouped: one for each conversation, and one for all
    where there are many."""
    rows = notices.waiting(ctx.tx, ctx.actor.person_id, ctx.now, limit=_AT_ONCE)
    if not rows:
        return ()
    ids = {row["conversation_id"] for row in rows} - {None}
    seen = set(inbox_store.visible(ctx.tx, ctx.reach, list(ids))) if ids else set()
    theirs = [r for r in rows if r["conversation_id"] is None or r["conversation_id"] in seen]
    rested = [row for row in theirs if row["kind"] == Kind.RESTED]
    theirs = [row for row in theirs if row["kind"] != Kind.RESTED]
    if rested and _rests(ctx):
        rested = []
    known = Known.of(ctx.tx, [*rested, *theirs])
    after = tuple(_of_one(known, [row], with_text=False) for row in rested)
    with_text = bool(preferences.value(ctx, "notice_text"))
    groups: dict[object, list[Mapping[Any, Any]]] = {}
    for row in theirs:
        groups.setdefault(row["conversation_id"] or row["id"], []).append(row)
    if len(groups) > _APART:
        return (*after, _of_many(known, theirs, groups))
    return (*after, *(_of_one(known, some, with_text=with_text) for some in groups.values()))


def _rests(ctx: Context) -> bool:
    """Whether it is one of the hours in which nothing may pop up before the actor."""
    hours = parse_hours(preferences.value(ctx, "do_not_disturb"))
    return Wishes(require_zone(ctx.actor.zone), quiet=hours).rests(ctx.now)


def _of_one(known: Known, rows: Sequence[Mapping[Any, Any]], *, with_text: bool) -> PopUp:
    newest = rows[-1]
    contact = known.contact(newest)
    messages = sum(row["kind"] == Kind.MESSAGE for row in rows)
    title = headline(newest, contact, known.names)
    if messages > 1:
        title = f"{messages} new messages from {contact}"
    text = ""
    if with_text and newest["kind"] == Kind.MESSAGE:
        text = preview(known.text(newest), _LONGEST)
    elif (sender := known.sender(newest)) and newest["kind"] == Kind.MESSAGE:
        text = f"To {sender}"
    if newest["trail"].get("because") in (Because.COVER, Because.NOTIFIED):
        text = f"{text} · {why(newest['trail'], 'you', known.names)}".strip(" ·")
    id_ = newest["conversation_id"]
    shown = Shown(str(id_ or newest["id"]), _cut(title), _cut(text), id_)
    return PopUp(tuple(row["id"] for row in rows), shown)


def _of_many(
    known: Known, rows: Sequence[Mapping[Any, Any]], groups: Mapping[object, Sequence[Any]]
) -> PopUp:
    """One that counts, and names the first few."""
    n = sum(row["kind"] == Kind.MESSAGE for row in rows)
    title = f"{n:,} new messages" if n == len(rows) else f"{len(rows):,} notices"
    contacts = [known.contact(some[-1]) for some in groups.values()]
    named = list(dict.fromkeys(filter(None, contacts)))
    text = ", ".join(named[:_APART])
    if len(named) > _APART:
        text += f" and {len(named) - _APART} more"
    ids = tuple(row["id"] for row in rows)
    return PopUp(ids, Shown("many", _cut(title), _cut(text)))


def _cut(text: str) -> str:
    return preview(text, _LONGEST)


# --- templates ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoticeTemplateRow:
    """used_by: labels of the sender IDs whose holding names it. shipped: the desk's own, which
    serves where no other is named."""

    name: str
    subject: str
    text: str
    html: str
    changed_at: datetime | None
    retired: bool
    used_by: tuple[str, ...] = ()
    shipped: bool = False

    @property
    def id(self) -> str:
        """What a list knows it by."""
        return self.name


def templates(ctx: Context, *, retired: bool = False) -> tuple[NoticeTemplateRow, ...]:
    """The shipped one first, then those of the workspace by name."""
    from sms_desk.notify.templates import shipped  # Jinja2: only where it is needed

    used: dict[str, list[str]] = {}
    labels = {row["id"]: row["label"] or row["address"] for row in senders.listing(ctx.tx)}
    for sender_id, name in notices.of_holdings(ctx.tx, ctx.now).items():
        if sender_id in labels:
            used.setdefault(name or DEFAULT, []).append(display_name(labels[sender_id]))
    own = shipped()
    first = NoticeTemplateRow(
        *(DEFAULT, own.subject, own.text, own.html, None),
        retired=False,
        used_by=tuple(sorted(used.get(DEFAULT, ()))),
        shipped=True,
    )
    return (
        first,
        *(
            NoticeTemplateRow(
                *(row["name"], row["subject"], row["text"], row["html"], row["changed_at"]),
                retired=row["retired_at"] is not None,
                used_by=tuple(sorted(used.get(row["name"], ()))),
            )
            for row in notices.templates(ctx.tx, retired=retired)
        ),
    )


def variables() -> tuple[tuple[str, str], ...]:
    """What a template may name, and what each means."""
    from sms_desk.notify.templates import VARIABLES  # Jinja2: only where it is needed

    return tuple((each.name, each.meaning) for each in VARIABLES)


def preview_of(ctx: Context, name: str) -> tuple[str, str, str]:
    """Subject, text and HTML that a template makes of invented data. Raises NotFoundError."""
    row = next((one for one in templates(ctx) if one.name == name), None)
    if row is None:
        raise NotFoundError(f"There is no e-mail template “{name}”.")
    return preview_text(row.subject, row.text, row.html)


def preview_text(subject: str, text: str, html: str) -> tuple[str, str, str]:
    """As it is being written. Raises UsageError, naming part and line."""
    from sms_desk.notify import templates as engine  # Jinja2: only where it is needed

    template = engine.Template(subject, text, html)
    engine.check(template)
    made = engine.render(template, engine.EXAMPLES)
    return made.subject, made.text, made.html


# --- mutes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InboxMute:
    """A sender ID that the person hears of, and whether they want to."""

    sender_id: UUID
    label: str
    address: str
    channel: Channel
    muted: bool


def inboxes(ctx: Context) -> tuple[InboxMute, ...]:
    """The sender IDs that the actor holds, and those that are muted, by label."""
    muted = notices.mutes(ctx.tx).get(ctx.actor.person_id, set())
    found = [
        InboxMute(
            row["id"],
            display_name(row["label"]),
            peer_text(row["address"]),
            Channel(row["channel"]),
            row["id"] in muted,
        )
        for row in senders.listing(ctx.tx)
        if row["id"] in ctx.reach.held or row["id"] in muted
    ]
    return tuple(sorted(found, key=lambda one: (one.label.casefold(), one.address)))
