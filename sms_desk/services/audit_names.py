"""Whose the ids of audit entries are; looked up when somebody reads (R31)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sms_desk.domain.plain_text import display_name
from sms_desk.services.words import peer_text
from sms_desk.store import accounts, people, programs, senders
from sms_desk.store.engine import Tx

_DIGITS: Final = 3


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
