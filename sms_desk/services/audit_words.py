"""What an audit entry says to a person, as one sentence (R31).

An entry holds ids; whose they are is looked up when somebody reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sms_desk.domain.audit import Entry, Kind
from sms_desk.domain.errors import NotFoundError
from sms_desk.services.audit_kinds import kind_words
from sms_desk.services.audit_names import Names, as_id
from sms_desk.services.audit_values import (
    FIELDS,
    Values,
    as_fields,
    count_of,
    joined,
    length_of,
    setting_title,
    titled,
    words_of,
)
from sms_desk.services.effects import conversations
from sms_desk.store import programs
from sms_desk.store.engine import Tx

_PHRASES: Final[Mapping[Kind, str]] = {
    Kind.ASSIGNED: "assigned conversations",
    Kind.ROUTED: "assigned conversations",
    Kind.ABSENCE_CHANGED: "changed the absence of {person}",
    Kind.ABSENCE_ENDED: "ended the absence of {person}",
    Kind.ABSENCE_CANCELLED: "called off the absence of {person}",
    Kind.ABSENCE_REVIVED: "let the absence of {person} go on",
    Kind.COVER_BEGUN: "began the cover for {person}: its day came",
    Kind.COVER_ENDED: "ended the cover for {person}: its day came",
    Kind.COVER_TAKEN: "took conversations over for good",
    Kind.COVER_SETTLED: "settled who answers for {person}",
    Kind.BRIEF_SETTLED: "settled the brief on the absence of {person}",
    Kind.HANDED_OVER: "handed over what {person} had, for good",
    Kind.HAND_OVER_UNDONE: "took back the hand-over of {person}",
    Kind.SENDER_ADDED: "added the sender ID {sender}",
    Kind.SENDER_CHANGED: "changed the sender ID {sender}",
    Kind.FALLBACK_TAKEN: "switched {sender} to its fallback",
    Kind.FALLBACK_LEFT: "switched {sender} back from its fallback",
    Kind.PERSON_SUSPENDED: "suspended {person}",
    Kind.PERSON_RESTORED: "restored {person}",
    Kind.PERSON_REMOVED: "removed {person}",
    Kind.TEAM_CHANGED: "renamed the team {team}",
    Kind.MEMBER_ADDED: "added {person} to {team}",
    Kind.MEMBER_REMOVED: "took {person} out of {team}",
    Kind.RULE_CHANGED: "changed a rule",
    Kind.FINDING_WAIVED: "accepted a finding of the advisor as it is",
}
"""What needs no more than a name; the other kinds are told by `Speaker`."""


class Speaker:
    """Says entries in words."""

    def __init__(self, tx: Tx, names: Names, values: Values) -> None:
        self._tx = tx
        self._names = names
        self._values = values

    def sentence(self, entry: Entry, undone: Entry | None = None) -> str:
        """Who did what to whom. undone: the entry that this one takes back."""
        return f"{self._names.person(entry.actor_id)} {self._predicate(entry, undone)}."

    def _predicate(self, entry: Entry, undone: Entry | None) -> str:
        before, after = as_fields(entry.before), as_fields(entry.after)
        kind = Kind(entry.kind) if entry.kind in set(Kind) else None
        if kind is Kind.UNDONE:
            n = after.get("entry", "?")
            what = f": {self._predicate(undone, None)}" if undone is not None else ""
            return f"took back entry {n}{what}"
        if kind is None:
            return kind_words(entry.kind).lower()
        return self._of_moves(kind, before, after) or self._of_fields(kind, before, after)

    def _of_moves(self, kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        """Of conversations that changed hands."""
        if "owners" not in after:
            return ""
        n = count_of(after["owners"])
        what, to = conversations(n), self._values.people(after["owners"])
        whose = self._values.people(before.get("owners"))
        match kind:
            case Kind.ASSIGNED if to == "nobody":
                return f"took {what} from {whose}; nobody owns {_them(n)} now"
            case Kind.ASSIGNED:
                return f"assigned {what} to {to}"
            case Kind.ROUTED:
                return f"routed {what} to {to}"
            case Kind.COVER_TAKEN:
                return f"took {what} of {whose} over for good"
            case Kind.HANDED_OVER:
                return f"handed {what} of {whose} over to {to} for good"
            case Kind.BRIEF_SETTLED:
                return f"settled a brief: {what} of {whose} went to {to}"
            case _:
                more = ""
                if after.get("begun"):
                    more = f", with {_things(length_of(after['begun']), 'holding')} of sender IDs"
                return f"reassigned {what} from {whose} to {to}{more}"

    def _of_fields(self, kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        name = self._names.of
        person, sender = name(after.get("person_id")), name(after.get("sender_id"))
        program, team = name(after.get("program_id")), name(after.get("team_id"))
        match kind:
            case Kind.REASSIGNED:
                return f"reassigned the sender IDs of {name(after.get('from_id'))}"
            case Kind.CONTACT_ASSIGNED:
                return f"gave a contact to {name(after.get('owner_id'))}"
            case Kind.ABSENCE_PLANNED:
                return f"planned an absence of {person}, {self._values.period(after)}"
            case Kind.HOLDING_BEGUN if "sender_ids" in after:
                what = _things(length_of(after["sender_ids"]), "sender ID")
                return f"gave {what} to {self._values.holders(after.get('holders'))}"
            case Kind.HOLDING_BEGUN:
                return f"gave {sender} to {self._values.holder(after)}"
            case Kind.HOLDING_CHANGED if "sender_id" not in after:
                return "restored who holds sender IDs"
            case Kind.HOLDING_CHANGED:
                return f"changed how {self._values.holder(after)} holds {sender}"
            case Kind.HOLDING_ENDED:
                return f"took {sender} from {self._values.holder(after)}"
            case Kind.SENDER_RETIRED:
                return f"{_retired(after)} the sender ID {sender}"
            case Kind.SENDERS_IMPORTED:
                return f"imported {_things(length_of(after.get('sender_ids')), 'sender ID')}"
            case Kind.HEALTH_SET if after.get("health") is None:
                return f"left the health of {sender} to the figures"
            case Kind.HEALTH_SET:
                return f"called the health of {sender} {words_of(after['health'])}"
            case Kind.PROGRAM_CHANGED:
                return f"saved the {words_of(after.get('kind') or 'program')} {program}"
            case Kind.PROGRAM_RETIRED:
                return f"{_retired(after)} the program {program}"
            case Kind.BINDING_BEGUN | Kind.BINDING_ENDED:
                return self._binding(kind, after)
            case Kind.PERSON_ADDED:
                return f"added {person} as {words_of(after.get('role') or 'person')}"
            case Kind.PERSON_CHANGED:
                return self._person_changed(person, before, after)
            case Kind.TEAM_ADDED:
                return f"added the {'profile' if after.get('profile') else 'team'} {team}"
            case Kind.TEAM_CHANGED if "retired" in after:
                return f"{_retired(after)} the team {team}"
            case Kind.ACCOUNT_ADDED:
                return f"connected the account {name(after.get('account_id'))}"
            case Kind.ACCOUNT_REMOVED if after.get("removed") is False:
                return f"connected the account {name(after.get('account_id'))} again"
            case Kind.ACCOUNT_REMOVED:
                return f"removed the account {name(after.get('account_id'))}"
            case Kind.SETTING_CHANGED:
                return f"changed the setting “{setting_title(after.get('name'))}”"
            case Kind.FINDING_WAIVED if after.get("waived") is False:
                return "let a finding of the advisor count again"
            case _ if kind in _PHRASES:
                return _PHRASES[kind].format(person=person, sender=sender, team=team)
            case _:
                return kind_words(kind).lower()

    def _person_changed(
        self, person: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> str:
        if "capacity" in after:
            return f"set the full desk of {person}"
        changed = after.get("changed")
        if isinstance(changed, list) and "role" in changed:
            was, now = words_of(before.get("role") or "?"), words_of(after.get("role") or "?")
            return f"changed the role of {person} from {was} to {now}"
        said = [
            FIELDS.get(key, titled(key)).lower()
            for key in (changed if isinstance(changed, list) else ())
            if key != "role"
        ]
        return f"changed {person}" + (f": {joined(said)}" if said else "")

    def _binding(self, kind: Kind, after: Mapping[str, Any]) -> str:
        found: Mapping[Any, Any] = after
        binding_id = as_id(after.get("binding_id"))
        if "program_id" not in after and binding_id is not None:
            try:
                found = programs.binding(self._tx, binding_id)
            except NotFoundError:
                found = {}
        what = self._names.of(found.get("program_id")) if found.get("program_id") else "a program"
        to = next(
            (self._names.of(found[key]) for key in ("sender_id", "service_id") if found.get(key)),
            "a pattern",
        )
        if kind is Kind.BINDING_BEGUN:
            return f"bound {what} to {to}"
        return f"ended the binding of {what} to {to}"


def _things(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"


def _them(n: int) -> str:
    return "it" if n == 1 else "them"


def _retired(after: Mapping[str, Any]) -> str:
    return "brought back" if after.get("retired") is False else "retired"
