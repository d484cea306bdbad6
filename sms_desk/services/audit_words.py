"""What an audit entry says to a person: a sentence, and before and after in words (R31).

An entry holds ids; whose they are is looked up when somebody reads. What was typed stands with
the command that the entry names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain.audit import Entry, Kept, Kind
from sms_desk.domain.errors import NotFoundError, UsageError
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.effects import conversations
from sms_desk.services.words import peer_text
from sms_desk.settings import registry
from sms_desk.store import accounts, people, programs, senders
from sms_desk.store import commands as history
from sms_desk.store.engine import Tx

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Final = 3
"""So many names stand in a sentence; the others are counted."""
_LISTED: Final = 12
_TYPED: Final = 400
_DIGITS: Final = 3

KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.ASSIGNED: "Conversations assigned",
    Kind.REASSIGNED: "Conversations reassigned",
    Kind.ROUTED: "Conversations routed",
    Kind.CONTACT_ASSIGNED: "Contact assigned",
    Kind.ABSENCE_PLANNED: "Absence planned",
    Kind.ABSENCE_CHANGED: "Absence changed",
    Kind.ABSENCE_ENDED: "Absence ended",
    Kind.ABSENCE_CANCELLED: "Absence called off",
    Kind.ABSENCE_REVIVED: "Absence goes on",
    Kind.COVER_BEGUN: "Cover began by its date",
    Kind.COVER_ENDED: "Cover ended by its date",
    Kind.COVER_TAKEN: "Taken from cover",
    Kind.COVER_SETTLED: "Cover settled",
    Kind.BRIEF_SETTLED: "Brief read",
    Kind.HANDED_OVER: "Handed over for good",
    Kind.HAND_OVER_UNDONE: "Hand-over taken back",
    Kind.HOLDING_BEGUN: "Sender ID given",
    Kind.HOLDING_CHANGED: "Holding changed",
    Kind.HOLDING_ENDED: "Sender ID taken",
    Kind.SENDER_ADDED: "Sender ID added",
    Kind.SENDER_CHANGED: "Sender ID changed",
    Kind.SENDER_RETIRED: "Sender ID retired",
    Kind.SENDERS_IMPORTED: "Sender IDs imported",
    Kind.HEALTH_SET: "Health set",
    Kind.FALLBACK_TAKEN: "Switched to fallback",
    Kind.FALLBACK_LEFT: "Switched back",
    Kind.PROGRAM_CHANGED: "Program changed",
    Kind.PROGRAM_RETIRED: "Program retired",
    Kind.BINDING_BEGUN: "Program bound",
    Kind.BINDING_ENDED: "Binding ended",
    Kind.PERSON_ADDED: "Person added",
    Kind.PERSON_CHANGED: "Person changed",
    Kind.PERSON_SUSPENDED: "Person suspended",
    Kind.PERSON_RESTORED: "Person restored",
    Kind.PERSON_REMOVED: "Person removed",
    Kind.TEAM_ADDED: "Team added",
    Kind.TEAM_CHANGED: "Team changed",
    Kind.MEMBER_ADDED: "Member added",
    Kind.MEMBER_REMOVED: "Member removed",
    Kind.ACCOUNT_ADDED: "Account added",
    Kind.ACCOUNT_REMOVED: "Account removed",
    Kind.SETTING_CHANGED: "Setting changed",
    Kind.RULE_CHANGED: "Rule changed",
    Kind.FINDING_WAIVED: "Finding accepted",
    Kind.UNDONE: "Taken back",
}

GROUPS: Final[tuple[tuple[str, tuple[Kind, ...]], ...]] = (
    (
        "Conversations",
        (Kind.ASSIGNED, Kind.REASSIGNED, Kind.ROUTED, Kind.CONTACT_ASSIGNED),
    ),
    (
        "Absence and cover",
        (
            Kind.ABSENCE_PLANNED,
            Kind.ABSENCE_CHANGED,
            Kind.ABSENCE_ENDED,
            Kind.ABSENCE_CANCELLED,
            Kind.ABSENCE_REVIVED,
            Kind.COVER_BEGUN,
            Kind.COVER_ENDED,
            Kind.COVER_TAKEN,
            Kind.COVER_SETTLED,
            Kind.BRIEF_SETTLED,
            Kind.HANDED_OVER,
            Kind.HAND_OVER_UNDONE,
        ),
    ),
    ("Who holds what", (Kind.HOLDING_BEGUN, Kind.HOLDING_CHANGED, Kind.HOLDING_ENDED)),
    (
        "Sender IDs",
        (
            Kind.SENDER_ADDED,
            Kind.SENDER_CHANGED,
            Kind.SENDER_RETIRED,
            Kind.SENDERS_IMPORTED,
            Kind.HEALTH_SET,
            Kind.FALLBACK_TAKEN,
            Kind.FALLBACK_LEFT,
        ),
    ),
    (
        "Programs",
        (
            Kind.PROGRAM_CHANGED,
            Kind.PROGRAM_RETIRED,
            Kind.BINDING_BEGUN,
            Kind.BINDING_ENDED,
        ),
    ),
    (
        "People, roles and teams",
        (
            Kind.PERSON_ADDED,
            Kind.PERSON_CHANGED,
            Kind.PERSON_SUSPENDED,
            Kind.PERSON_RESTORED,
            Kind.PERSON_REMOVED,
            Kind.TEAM_ADDED,
            Kind.TEAM_CHANGED,
            Kind.MEMBER_ADDED,
            Kind.MEMBER_REMOVED,
        ),
    ),
    (
        "Rules, settings and accounts",
        (
            Kind.SETTING_CHANGED,
            Kind.RULE_CHANGED,
            Kind.FINDING_WAIVED,
            Kind.ACCOUNT_ADDED,
            Kind.ACCOUNT_REMOVED,
        ),
    ),
    ("Taken back", (Kind.UNDONE,)),
)
"""The kinds by what they are about, each in one group, in the order of a menu."""

_REASONS: Final = {
    "person": "",
    "undo": "Taken back",
    "rule": "By rule",
    "figures": "By the figures",
    "found": "Found in a message",
    "import": "From a file or the provider's list",
    "cover": "Cover",
    "vacation": "Vacation",
    "sick": "Sick",
    "left": "Left",
    "other": "Other",
}

_FIELDS: Final = {
    "since": "From",
    "until": "Until",
    "covers": "Cover",
    "permanent": "For good",
    "rule": "Routing rule",
    "rule_person_id": "Routed to",
    "person_id": "Person",
    "holder_id": "Holder",
    "holder_kind": "Kind of holder",
    "sender_id": "Sender ID",
    "sender_ids": "Sender IDs",
    "inbound_id": "Inbound number",
    "fallback_id": "Fallback",
    "team_id": "Team",
    "program_id": "Program",
    "service_id": "Messaging Service",
    "account_id": "Account",
    "owner_id": "Owner",
    "from_id": "From",
    "begun": "Holdings begun",
    "ended": "Holdings ended",
    "renamed": "Rules that name others",
    "contacts": "Contacts given",
    "held": "Holdings",
    "goes_on_from": "Goes on from",
    "routed": "Conversations routed",
    "count": "How many",
    "taken_back": "Taken back",
    "left": "Left with who answered",
    "email": "E-mail",
    "zone": "Time zone",
    "name": "Name",
    "takes_replies": "Takes replies",
    "attribution_days": "Days of attribution",
    "starts_at": "Starts",
    "ends_at": "Ends",
}
_INSTANTS: Final = frozenset({"since", "until", "starts_at", "ends_at", "at", "due_at"})
_NO_VALUE: Final = {"until": "no end", "value": "the default"}
_META: Final = frozenset(
    {"owners", "changed", "undoes", "entry", "was", "confirmed", "since_wall", "until_wall"}
)
"""What a sentence or another line says already."""
_ROWS: Final = frozenset(
    {"absence_id", "membership_id", "holding_id", "binding_id", "batch_id", "contact_id"}
)
"""The sentence tells whose they are."""
_WHOSE: Final = frozenset(
    {"sender_id", "person_id", "team_id", "program_id", "service_id", "account_id", "holder_id"}
)
"""What changed; the sentence names it."""
_COUNTED: Final = frozenset({"routed", "memberships", "contacts"})
_PARTS: Final = {
    "conversations": "conversations",
    "inbound": "new messages",
    "senders": "sender IDs",
    "scheduled": "scheduled messages",
    "notifications": "notices",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed. before: "" where nothing was, or nobody noted what was."""

    what: str
    before: str
    after: str


def reason_words(reason: str) -> str:
    """Why, in our words; "" where somebody decided so and there is nothing to add."""
    return _REASONS.get(reason, reason.replace("_", " "))


def kind_words(kind: str) -> str:
    """What an entry is about, in a few words."""
    return KIND_NAMES[Kind(kind)] if kind in set(Kind) else kind.replace("_", " ").capitalize()


# --- names ----------------------------------------------------------------------------------------


def _whole(name: str) -> str:
    return name


@dataclass(frozen=True)
class Names:
    """Whose the ids are. quote: wraps each name, for where a line may turn around."""

    people: Mapping[UUID, str]
    groups: Mapping[UUID, str]
    programs: Mapping[UUID, str]
    accounts: Mapping[UUID, str]
    senders: Mapping[UUID, str]
    holdings: Mapping[UUID, str] = field(default_factory=dict)
    quote: Callable[[str], str] = _whole

    def of(self, id_: Any) -> str:
        """A name for an id, as it stands in an entry; the id's end where nothing is called so."""
        uuid = as_id(id_)
        if uuid is None:
            return "nobody"
        found = next((names[uuid] for names in self._all if uuid in names), None)
        return f"…{str(uuid)[-8:]}" if found is None else self.quote(found)

    def person(self, id_: UUID | None) -> str:
        """Who acted; nobody did where a rule or a date came true."""
        if id_ is None:
            return "The desk"
        return self.quote(self.people[id_]) if id_ in self.people else "Somebody"

    def matching(self, text: str) -> frozenset[UUID]:
        """Everything whose name holds a text; sender IDs among those that are loaded."""
        wanted = text.casefold()
        return frozenset(
            id_ for names in self._all for id_, name in names.items() if wanted in name.casefold()
        )

    def matching_number(self, text: str) -> frozenset[UUID]:
        """Sender IDs with these digits in their number, however it is written."""
        digits = "".join(filter(str.isdecimal, text))
        if len(digits) < _DIGITS or any(map(str.isalpha, text)):
            return frozenset()
        return frozenset(
            id_
            for id_, name in self.senders.items()
            if digits in "".join(filter(str.isdecimal, name))
        )

    @property
    def _all(self) -> tuple[Mapping[UUID, str], ...]:
        return (
            self.people,
            self.senders,
            self.groups,
            self.programs,
            self.accounts,
            self.holdings,
        )


def names(tx: Tx, ids: Collection[UUID] | None, quote: Callable[[str], str] = _whole) -> Names:
    """Names of everything that entries speak of. ids: those for which the sender IDs and holdings
    are looked up; None: all sender IDs, and no holding."""
    held = [] if ids is None else senders.some_holdings(tx, ids)
    rows = (
        senders.listing(tx, retired=True)
        if ids is None
        else senders.briefly(tx, {*ids, *(row["sender_id"] for row in held)}).values()
    )
    holders, called = people.names(tx) | senders.group_names(tx), sender_names(rows)
    return Names(
        _clean(people.names(tx)),
        _clean(senders.group_names(tx)),
        _clean(programs.names(tx) | {row["id"]: row["name"] for row in senders.services(tx)}),
        _clean({row["id"]: row["label"] for row in accounts.listing(tx, removed=True)}),
        called,
        {row["id"]: _holding(row, called, holders) for row in held},
        quote,
    )


def _holding(
    row: Mapping[Any, Any], called: Mapping[UUID, str], holders: Mapping[UUID, str]
) -> str:
    who = display_name(holders.get(row["holder_id"], "")) if row["holder_id"] else ""
    return f"{called.get(row['sender_id'], 'a sender ID')} of {who or 'everybody'}"


def _clean(found: Mapping[UUID, str]) -> dict[UUID, str]:
    return {id_: display_name(name) or "Unnamed" for id_, name in found.items()}


def sender_names(rows: Iterable[Mapping[Any, Any]]) -> dict[UUID, str]:
    """Each sender ID's address, and its label where it has one."""
    return {row["id"]: _sender(row["address"], row["label"]) for row in rows}


def _sender(address: str, label: str) -> str:
    shown = display_name(label)
    return f"{peer_text(address)} ({shown})" if shown else peer_text(address)


def as_id(value: Any) -> UUID | None:
    """An id as JSON holds it; None for anything else."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def ids_in(value: Any) -> Iterator[UUID]:
    """Every id in an entry's fields."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from ids_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from ids_in(item)
    elif (found := as_id(value)) is not None:
        yield found


# --- what was typed -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """Texts of the command that an entry names. before: of its way back."""

    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, as somebody wrote it; "" where it is one of our words, or there is none."""
        said = self.after.get("reason", "")
        return "" if said in _REASONS else said


def typed(tx: Tx, batch_id: UUID | None) -> Typed:
    """What people typed in a command; nothing where the history does not keep it."""
    row = None if batch_id is None else history.get(tx, batch_id)
    if row is None:
        return Typed()
    steps = (row["inverse"] or {}).get("commands", ())
    back = next((args for kind, args in steps if kind == row["kind"]), None)
    return Typed(_texts(back), _texts(row["args"]))


def _texts(args: Any) -> dict[str, str]:
    if not isinstance(args, Mapping):
        return {}
    return {
        str(name): preview(value, _TYPED)
        for name, value in args.items()
        if isinstance(value, str) and as_id(value) is None
    }


# --- sentences ------------------------------------------------------------------------------------


class Speaker:
    """Says entries in words. zone: of who reads."""

    def __init__(self, tx: Tx, names: Names, zone: ZoneInfo) -> None:
        self._tx = tx
        self._names = names
        self._zone = zone

    def sentence(self, entry: Entry, undone: Entry | None = None) -> str:
        """Who did what to whom. undone: the entry that this one takes back."""
        return f"{self._names.person(entry.actor_id)} {self._predicate(entry, undone)}."

    def differences(self, entry: Entry, said: Typed) -> tuple[Difference, ...]:
        """What was, and what is since, line by line."""
        before, after = _fields(entry.before), _fields(entry.after)
        found = list(self._owners(before, after))
        changed = after.get("changed")
        if not isinstance(changed, list):
            changed = [*after, *(key for key in before if key not in after)]
        for key in changed:
            if key in _META or (key == "count" and found):
                continue
            if key in after and key not in before and _says_nothing(key, after):
                continue
            if before and key not in before and key in _WHOSE:
                continue
            was = self._said(key, before, said.before)
            now = self._said(key, after, said.after)
            if was != now:
                found.append(Difference(_FIELDS.get(key, _title(key)), was, now))
        return tuple(found)

    # --- pieces

    def _predicate(self, entry: Entry, undone: Entry | None) -> str:
        before, after = _fields(entry.before), _fields(entry.after)
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
        n = _count(after["owners"])
        what, to = conversations(n), self._people(after["owners"])
        whose = self._people(before.get("owners"))
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
                    more = f", with {_things(_length(after['begun']), 'holding')} of sender IDs"
                return f"reassigned {what} from {whose} to {to}{more}"

    def _of_fields(self, kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        name = self._names.of
        person, sender = name(after.get("person_id")), name(after.get("sender_id"))
        program, team = name(after.get("program_id")), name(after.get("team_id"))
        match kind:
            case Kind.ASSIGNED | Kind.ROUTED:
                return "assigned conversations"
            case Kind.REASSIGNED:
                return f"reassigned the sender IDs of {name(after.get('from_id'))}"
            case Kind.CONTACT_ASSIGNED:
                return f"gave a contact to {name(after.get('owner_id'))}"
            case Kind.ABSENCE_PLANNED:
                return f"planned an absence of {person}, {self._period(after)}"
            case Kind.ABSENCE_CHANGED:
                return f"changed the absence of {person}"
            case Kind.ABSENCE_ENDED:
                return f"ended the absence of {person}"
            case Kind.ABSENCE_CANCELLED:
                return f"called off the absence of {person}"
            case Kind.ABSENCE_REVIVED:
                return f"let the absence of {person} go on"
            case Kind.COVER_BEGUN:
                return f"began the cover for {person}: its day came"
            case Kind.COVER_ENDED:
                return f"ended the cover for {person}: its day came"
            case Kind.COVER_TAKEN:
                return "took conversations over for good"
            case Kind.COVER_SETTLED:
                return f"settled who answers for {person}"
            case Kind.BRIEF_SETTLED:
                return f"settled the brief on the absence of {person}"
            case Kind.HANDED_OVER:
                return f"handed over what {person} had, for good"
            case Kind.HAND_OVER_UNDONE:
                return f"took back the hand-over of {person}"
            case Kind.HOLDING_BEGUN if "sender_ids" in after:
                what = _things(_length(after["sender_ids"]), "sender ID")
                return f"gave {what} to {self._holders(after.get('holders'))}"
            case Kind.HOLDING_BEGUN:
                return f"gave {sender} to {self._holder(after)}"
            case Kind.HOLDING_CHANGED if "sender_id" not in after:
                return "restored who holds sender IDs"
            case Kind.HOLDING_CHANGED:
                return f"changed how {self._holder(after)} holds {sender}"
            case Kind.HOLDING_ENDED:
                return f"took {sender} from {self._holder(after)}"
            case Kind.SENDER_ADDED:
                return f"added the sender ID {sender}"
            case Kind.SENDER_CHANGED:
                return f"changed the sender ID {sender}"
            case Kind.SENDER_RETIRED:
                return f"{_retired(after)} the sender ID {sender}"
            case Kind.SENDERS_IMPORTED:
                return f"imported {_things(_length(after.get('sender_ids')), 'sender ID')}"
            case Kind.HEALTH_SET if after.get("health") is None:
                return f"left the health of {sender} to the figures"
            case Kind.HEALTH_SET:
                return f"called the health of {sender} {_enum(after['health'])}"
            case Kind.FALLBACK_TAKEN:
                return f"switched {sender} to its fallback"
            case Kind.FALLBACK_LEFT:
                return f"switched {sender} back from its fallback"
            case Kind.PROGRAM_CHANGED:
                return f"saved the {_enum(after.get('kind') or 'program')} {program}"
            case Kind.PROGRAM_RETIRED:
                return f"{_retired(after)} the program {program}"
            case Kind.BINDING_BEGUN | Kind.BINDING_ENDED:
                return self._binding(kind, after)
            case Kind.PERSON_ADDED:
                return f"added {person} as {_enum(after.get('role') or 'person')}"
            case Kind.PERSON_CHANGED:
                return self._person_changed(person, before, after)
            case Kind.PERSON_SUSPENDED:
                return f"suspended {person}"
            case Kind.PERSON_RESTORED:
                return f"restored {person}"
            case Kind.PERSON_REMOVED:
                return f"removed {person}"
            case Kind.TEAM_ADDED:
                return f"added the {'profile' if after.get('profile') else 'team'} {team}"
            case Kind.TEAM_CHANGED if "retired" in after:
                return f"{_retired(after)} the team {team}"
            case Kind.TEAM_CHANGED:
                return f"renamed the team {team}"
            case Kind.MEMBER_ADDED:
                return f"added {person} to {team}"
            case Kind.MEMBER_REMOVED:
                return f"took {person} out of {team}"
            case Kind.ACCOUNT_ADDED:
                return f"connected the account {name(after.get('account_id'))}"
            case Kind.ACCOUNT_REMOVED if after.get("removed") is False:
                return f"connected the account {name(after.get('account_id'))} again"
            case Kind.ACCOUNT_REMOVED:
                return f"removed the account {name(after.get('account_id'))}"
            case Kind.SETTING_CHANGED:
                return f"changed the setting “{_setting(after.get('name'))}”"
            case Kind.RULE_CHANGED:
                return "changed a rule"
            case Kind.FINDING_WAIVED if after.get("waived") is False:
                return "let a finding of the advisor count again"
            case Kind.FINDING_WAIVED:
                return "accepted a finding of the advisor as it is"
            case _:
                return kind_words(kind).lower()

    def _person_changed(
        self, person: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> str:
        if "capacity" in after:
            return f"set the full desk of {person}"
        changed = after.get("changed")
        if isinstance(changed, list) and "role" in changed:
            was, now = _enum(before.get("role") or "?"), _enum(after.get("role") or "?")
            return f"changed the role of {person} from {was} to {now}"
        said = [
            _FIELDS.get(key, _title(key)).lower()
            for key in (changed if isinstance(changed, list) else ())
            if key != "role"
        ]
        return f"changed {person}" + (f": {_joined(said)}" if said else "")

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

    def _period(self, fields: Mapping[str, Any]) -> str:
        since = self._value("since", fields.get("since"))
        if fields.get("permanent"):
            return f"from {since}, for good"
        if fields.get("until") is None:
            return f"from {since}, no end yet"
        return f"from {since} to {self._value('until', fields['until'])}"

    def _holder(self, fields: Mapping[str, Any]) -> str:
        if fields.get("holder_id") is None:
            return "everybody"
        return self._names.of(fields["holder_id"])

    def _holders(self, found: Any) -> str:
        some = found if isinstance(found, list) else []
        return self._some(
            [
                "everybody" if one.get("id") is None else self._names.of(one["id"])
                for one in some
                if isinstance(one, Mapping)
            ]
        )

    def _people(self, groups: Any) -> str:
        if not isinstance(groups, list):
            return "many people"
        named = [self._names.of(group.get("owner_id")) for group in groups]
        return self._some(named)

    def _some(self, named: Sequence[str], most: int = _NAMED) -> str:
        if len(named) > most:
            return f"{', '.join(named[:most])} and {len(named) - most:,} more"
        return _joined(named) or "nobody"

    def _owners(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
        if "owners" in after or "owners" in before:
            n = _count(after.get("owners", before.get("owners")))
            what = "Owner" if n == 1 else f"Owners of {conversations(n)}"
            yield Difference(
                what,
                self._group_words(before.get("owners"), n),
                self._group_words(after.get("owners"), n),
            )

    def _group_words(self, groups: Any, n: int) -> str:
        if not isinstance(groups, list):
            return "many people" if groups else ""
        said = [
            self._names.of(group.get("owner_id")) + (f" ({group['count']:,})" if n > 1 else "")
            for group in groups
        ]
        return self._some(said, _LISTED)

    def _said(self, key: str, fields: Mapping[str, Any], texts: Mapping[str, str]) -> str:
        if key in fields and fields[key] != Kept.TEXT.value:
            if key == "holder_id" and fields[key] is None:
                return "everybody"
            return self._value(key, fields[key])
        return texts.get(key, "")

    def _value(self, key: str, value: Any) -> str:
        if value is None:
            return _NO_VALUE.get(key, "none")
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return self._instant(value) if key in _INSTANTS else f"{value:,}"
        if key == "covers" and isinstance(value, list):
            return "; ".join(filter(None, map(self._cover, value))) or "nobody"
        if isinstance(value, list):
            if key in _COUNTED:
                return f"{len(value):,}"
            return self._some([self._value("", one) for one in value], _LISTED) if value else "none"
        if isinstance(value, Mapping):
            if set(value) == {"count", "digest"}:
                return f"{value['count']:,}"
            if set(value) == {"kind", "id"}:
                return "everybody" if value["id"] is None else self._names.of(value["id"])
            return "; ".join(
                f"{_FIELDS.get(str(name), _title(str(name))).lower()} {self._value(str(name), one)}"
                for name, one in value.items()
            )
        if key == "name":
            return _setting(value)
        return self._names.of(value) if as_id(value) is not None else _enum(value)

    def _cover(self, cover: Any) -> str:
        if not isinstance(cover, Mapping):
            return ""
        shares = cover.get("shares")
        named = [
            self._names.of(share.get("person_id"))
            for share in (shares if isinstance(shares, list) else [])
            if isinstance(share, Mapping)
        ]
        part = _PARTS.get(str(cover.get("part")), str(cover.get("part")))
        return f"{part}: {self._some(named, _LISTED)}"

    def _instant(self, value: int) -> str:
        try:
            at = (_EPOCH + timedelta(microseconds=value)).astimezone(self._zone)
        except (OverflowError, ValueError):
            return str(value)
        return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


def _says_nothing(key: str, after: Mapping[str, Any]) -> bool:
    """What a new thing has not, the ids of rows that nobody calls by a name, and of a holding that
    began who and what it is about, once more."""
    value = after.get(key)
    if key in _ROWS or (key == "begun" and "holding_id" in after):
        return True
    return key != "until" and (value is None or value is False or value == [])


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(groups: Any) -> int:
    if isinstance(groups, list):
        return sum(int(group.get("count", 0)) for group in groups)
    return int(groups.get("count", 0)) if isinstance(groups, Mapping) else 0


def _length(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    return int(value.get("count", 0)) if isinstance(value, Mapping) else 0


def _things(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"


def _them(n: int) -> str:
    return "it" if n == 1 else "them"


def _retired(after: Mapping[str, Any]) -> str:
    return "brought back" if after.get("retired") is False else "retired"


def _enum(value: Any) -> str:
    return str(value).replace("_", " ")


def _title(key: str) -> str:
    return key.removesuffix("_id").replace("_", " ").capitalize()


def _setting(name: Any) -> str:
    try:
        return registry.get(str(name)).title
    except (UsageError, NotFoundError, KeyError):
        return _enum(name)


def _joined(named: Iterable[str]) -> str:
    some = list(named)
    return " and ".join(filter(None, (", ".join(some[:-1]), *some[-1:])))
