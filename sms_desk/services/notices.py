"""What people were told, as lists, pop-ups and letters say it (R20, R21)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.model import Channel, Role
from sms_desk.domain.notices import RESTING, Because, Kind, State, Way, Wishes
from sms_desk.domain.plain_text import display_name, display_text, preview
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import parse_hours
from sms_desk.notify.base import Shown
from sms_desk.notify.email import MailServer, Security, said
from sms_desk.services import preferences
from sms_desk.services.context import Context
from sms_desk.services.words import moment_text, peer_text
from sms_desk.settings import registry
from sms_desk.store import inbox as inbox_store
from sms_desk.store import notices, people, senders, settings, workspaces
from sms_desk.store.engine import Tx

_LONGEST = 200
"""Characters of a pop-up (algorithms §3)."""
_LONGEST_TEXT = 1_600
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
    known = _Known.of(ctx.tx, rows)
    ids = {row["conversation_id"] for row in rows} - {None}
    seen = set(inbox_store.visible(ctx.tx, ctx.reach, list(ids))) if ids else set()
    return tuple(_row(ctx, known, row, seen) for row in rows)


def _row(ctx: Context, known: _Known, row: Mapping[Any, Any], seen: Collection[UUID]) -> NoticeRow:
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


# --- words ----------------------------------------------------------------------------------------

KIND_WORDS: Mapping[Kind, str] = {
    Kind.MESSAGE: "New message",
    Kind.OLDER: "Older messages",
    Kind.RESTED: "After do-not-disturb",
    Kind.ASSIGNED: "Assigned",
    Kind.MENTIONED: "Mentioned in a note",
    Kind.COVERING: "Cover begins",
    Kind.COVER_ENDED: "Cover ends",
    Kind.RETURNED: "Back from an absence",
    Kind.TEMPLATE_BROKEN: "Broken e-mail template",
}

_SILENT = {
    "muted_inbox": "the inbox of this sender ID is muted",
    "muted_conversation": "the conversation is muted",
    "off": "switched off in the settings",
    RESTING: "an hour without disturbance; counted into the summary at its end",
    "no_address": "no e-mail address is known",
    "stale": "no window was open in time",
    "seen": "the conversation stood open before their eyes",
    "gone": "they do not work here any more",
    "not_theirs": "the conversation is not theirs to see any more",
    "demo": "the demo was being filled",
}


def state_words(row: Mapping[Any, Any]) -> str:
    """Where a notice stands."""
    state, way, reason = State(row["state"]), Way(row["way"]), row["reason"]
    match state:
        case State.WAITING:
            return f"Waits: {_lower(said(reason)[0])}" if reason else "Waits"
        case State.SENDING:
            return "Being sent"
        case State.SENT:
            return "Shown" if way is Way.SCREEN else "Sent"
        case State.SILENT:
            return f"Not told: {_SILENT.get(reason, reason.replace('_', ' '))}"
        case State.FAILED:
            return f"Failed: {_lower(said(reason)[0])}"
    return "In doubt: it may have arrived, and is not sent again by itself"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def why(trail: Mapping[str, Any], who: str, names: Mapping[UUID, str]) -> str:
    """The trail of a notice as one sentence (R20). who: whoever was told, or "you"."""
    you = who == "you"
    subject, own, hold = who, "owns", "holds"
    answer, take, stand = "answers", "takes", "stands in"
    if you:
        own, hold, answer, take, stand = "own", "hold", "answer", "take", "stand in"
    other = _named(trail.get("instead_of"), names) or "the owner"
    by = _named(trail.get("by"), names) or "somebody"
    because = _because(trail)
    if because is None:
        return "A rule of an earlier version."
    sentence = {
        Because.OWNER: f"{subject} {own} the conversation.",
        Because.COVER: f"{other} is away, and {subject} {answer} meanwhile.",
        Because.NOTIFIED: f"{other} is away, and {subject} {take} the notices meanwhile.",
        Because.HOLDER: f"nobody owns the conversation, and {subject} {hold} its sender ID.",
        Because.NO_HOLDER: "nobody holds the sender ID: supervisors and admins are told.",
        Because.NOBODY_ANSWERS: f"{other} is away, and nobody present answers instead.",
        Because.ASSIGNED: f"{by} gave it to {who}.",
        Because.MENTIONED: f"{by} named {who} in a note.",
        Because.SUBSTITUTE: f"{subject} {stand} for {other} while they are away.",
        Because.BACK: f"the absence of {who} is over.",
        Because.ADMIN: "admins look after templates.",
        Because.CONCERNED: f"they came into conversations of which {who} would have been told.",
        Because.RESTED: f"{subject} did not want to be disturbed, and the hours of that are over.",
    }[because]
    if you and because is Because.BACK:
        sentence = "your absence is over."
    return sentence[:1].upper() + sentence[1:]


def _because(trail: Mapping[str, Any]) -> Because | None:
    try:
        return Because(trail.get("because", ""))
    except ValueError:
        return None


def _named(id_: Any, names: Mapping[UUID, str]) -> str:
    try:
        return display_name(names.get(UUID(str(id_)), "")) if id_ else ""
    except ValueError:
        return ""


def headline(row: Mapping[Any, Any], contact: str, names: Mapping[UUID, str]) -> str:
    """What happened, in one line, without what was written."""
    trail = row["trail"]
    n = trail.get("count", 1)
    by, other = _named(trail.get("by"), names), _named(trail.get("instead_of"), names)
    match Kind(row["kind"]):
        case Kind.MESSAGE:
            return f"New message from {contact}"
        case Kind.OLDER:
            return "1 older message arrived" if n == 1 else f"{n:,} older messages arrived"
        case Kind.RESTED:
            return f"{_rested_words(trail)} while do-not-disturb was on"
        case Kind.ASSIGNED:
            what = f"the conversation with {contact}" if contact else f"{n:,} conversations"
            return f"{by} gave you {what}"
        case Kind.MENTIONED:
            return f"{by} named you in a note on {contact}"
        case Kind.COVERING:
            return f"You stand in for {other} from now on"
        case Kind.COVER_ENDED:
            return f"{other} is back: you stand in no more"
        case Kind.RETURNED:
            return "Your absence is over: the brief says what happened"
    return f"The e-mail template “{trail.get('template') or 'default'}” is broken"


def _rested_words(trail: Mapping[str, Any]) -> str:
    messages, others = trail.get("count", 0), trail.get("others", 0)
    parts = []
    if messages:
        parts.append("1 message" if messages == 1 else f"{messages:,} messages")
    if others:
        more = "other " if messages else ""
        parts.append(f"1 {more}notice" if others == 1 else f"{others:,} {more}notices")
    return " and ".join(parts)


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
    known = _Known.of(ctx.tx, [*rested, *theirs])
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


def _of_one(known: _Known, rows: Sequence[Mapping[Any, Any]], *, with_text: bool) -> PopUp:
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
    known: _Known, rows: Sequence[Mapping[Any, Any]], groups: Mapping[object, Sequence[Any]]
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


# --- letters --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a letter is made from. values: for the variables of its template."""

    to: str
    values: Mapping[str, str]


def letter(tx: Tx, row: Mapping[Any, Any], ctx: Context) -> Addressed | str:
    """For a notice that goes by e-mail; or the reason why it goes no more. ctx: of whom it is for."""
    person = people.get(tx, row["person_id"])
    if person["removed_at"] is not None:
        return "gone"
    if not person["email"]:
        return "no_address"
    id_ = row["conversation_id"]
    if id_ is not None and not inbox_store.visible(tx, ctx.reach, [id_]):
        return "not_theirs"
    known = _Known.of(tx, [row])
    with_text = bool(_workspace_value(tx, "email_text"))
    contact = known.contact(row)
    trail = row["trail"]
    values = {
        "headline": headline(row, contact, known.names),
        "kind": str(row["kind"]),
        "person": display_name(person["name"]),
        "contact": contact,
        "number": known.number(row),
        "sender": known.sender(row),
        "sender_address": known.sender_address(row),
        "channel": known.channel(row),
        "time": moment_text(row["made_at"], person["zone"]),
        "text": display_text(known.text(row)[:_LONGEST_TEXT]) if with_text else "",
        "reason": why(trail, "you", known.names),
        "covered_for": _named(trail.get("instead_of"), known.names),
        "owner": _named(trail.get("owner"), known.names),
        "by": _named(trail.get("by"), known.names),
        "count": str(trail.get("count", 1)),
        "workspace": display_name(workspaces.name(tx)),
    }
    return Addressed(person["email"], values)


# --- the e-mail server ----------------------------------------------------------------------------


def mail_server(tx: Tx, password: str, ca_file: str) -> MailServer | None:
    """As the workspace has it; None where none is set up."""
    chosen = {
        name: _workspace_value(tx, f"email_{name}")
        for name in ("host", "port", "security", "user", "from")
    }
    if not chosen["host"]:
        return None
    return MailServer(
        host=chosen["host"],
        port=chosen["port"],
        security=Security(chosen["security"]),
        sender=chosen["from"],
        user=chosen["user"],
        password=password,
        ca_file=ca_file,
    )


def _workspace_value(tx: Tx, name: str) -> Any:
    return settings.read(tx).get(name, registry.get(name).default)


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


DEFAULT = "default"
"""The name under which the shipped template is shown and named on a holding."""


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


# --- what rows are about --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What stands around some notices, read at once."""

    names: Mapping[UUID, str]
    conversations: Mapping[UUID, Mapping[Any, Any]]
    texts: Mapping[UUID, str]

    @classmethod
    def of(cls, tx: Tx, rows: Iterable[Mapping[Any, Any]]) -> _Known:
        rows = list(rows)
        ids = {row["conversation_id"] for row in rows} - {None}
        written = {row["subject_id"] for row in rows if row["kind"] == Kind.MESSAGE}
        return cls(people.names(tx), notices.surroundings(tx, ids), notices.texts(tx, written))

    def name(self, person_id: UUID) -> str:
        return display_name(self.names.get(person_id, ""))

    def contact(self, row: Mapping[Any, Any]) -> str:
        around = self.conversations.get(row["conversation_id"])
        if around is None:
            return ""
        return display_name(around["contact_name"]) or peer_text(around["reply_raw"])

    def number(self, row: Mapping[Any, Any]) -> str:
        around = self.conversations.get(row["conversation_id"])
        return "" if around is None else peer_text(around["reply_raw"])

    def sender(self, row: Mapping[Any, Any]) -> str:
        around = self.conversations.get(row["conversation_id"])
        if around is None:
            return ""
        return display_name(around["label"]) or peer_text(around["address"])

    def sender_address(self, row: Mapping[Any, Any]) -> str:
        around = self.conversations.get(row["conversation_id"])
        return "" if around is None else peer_text(around["address"])

    def channel(self, row: Mapping[Any, Any]) -> str:
        around = self.conversations.get(row["conversation_id"])
        if around is None:
            return ""
        return "WhatsApp" if around["channel"] == Channel.WHATSAPP else "SMS"

    def text(self, row: Mapping[Any, Any]) -> str:
        return self.texts.get(row["subject_id"], "")

    def about(self, row: Mapping[Any, Any]) -> str:
        contact = self.contact(row)
        if contact:
            return contact
        n = row["trail"].get("count")
        if row["kind"] == Kind.TEMPLATE_BROKEN:
            return str(row["trail"].get("template", DEFAULT))
        if not n:
            return _named(row["trail"].get("instead_of"), self.names)
        noun = "conversation" if row["kind"] == Kind.ASSIGNED else "message"
        return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"
