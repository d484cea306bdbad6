"""What a notice says: of what it tells, why, and where it stands (R20, R21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sms_desk.domain.model import Channel
from sms_desk.domain.notices import RESTING, Because, Kind, State, Way
from sms_desk.domain.plain_text import display_name
from sms_desk.notify.email import said
from sms_desk.services.words import peer_text
from sms_desk.store import notices, people
from sms_desk.store.engine import Tx

DEFAULT = "default"
"""The name under which the shipped template is shown and named on a holding."""

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
    other = named(trail.get("instead_of"), names) or "the owner"
    by = named(trail.get("by"), names) or "somebody"
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


def named(id_: Any, names: Mapping[UUID, str]) -> str:
    try:
        return display_name(names.get(UUID(str(id_)), "")) if id_ else ""
    except ValueError:
        return ""


def headline(row: Mapping[Any, Any], contact: str, names: Mapping[UUID, str]) -> str:
    """What happened, in one line, without what was written."""
    trail = row["trail"]
    n = trail.get("count", 1)
    by, other = named(trail.get("by"), names), named(trail.get("instead_of"), names)
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


# --- what notices are about -----------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What stands around some notices, read at once."""

    names: Mapping[UUID, str]
    conversations: Mapping[UUID, Mapping[Any, Any]]
    texts: Mapping[UUID, str]

    @classmethod
    def of(cls, tx: Tx, rows: Iterable[Mapping[Any, Any]]) -> Known:
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
            return named(row["trail"].get("instead_of"), self.names)
        noun = "conversation" if row["kind"] == Kind.ASSIGNED else "message"
        return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"
