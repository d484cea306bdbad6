"""A small invented correspondence, made of as few words as a test can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.store import search, tables
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Correspondence:
    """Writes rows straight into the tables, and feeds the search index as the store does."""

    tx: Tx
    person_id: UUID = field(default_factory=new_id)
    account_id: UUID = field(default_factory=new_id)
    sender_id: UUID = field(default_factory=new_id)
    _n: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.add(tables.people, id=self.person_id, name="Rita Rep", role="rep", zone="UTC")
        self.add(tables.accounts, id=self.account_id, provider="sandbox", sid="AC1", label="Test")
        self.add(
            tables.sender_ids,
            id=self.sender_id,
            channel="sms",
            address="+12025550100",
            label="Front desk",
            kind="long_code",
            direction="both",
            purpose="direct",
            health="ok",
        )

    def add(self, table: sa.Table, **values: Any) -> None:
        """Insert a row; times that it must have and that do not matter are noon."""
        for name in ("created_at", "since", "at", "seen_at", "state_at"):
            column = table.c.get(name)
            if column is not None and not column.nullable:
                values.setdefault(name, NOON)
        self.tx.execute(sa.insert(table), values)

    def contact(self, name: str, *numbers: str, **values: Any) -> UUID:
        contact_id, row = new_id(), next(self._n)
        self.add(tables.contacts, id=contact_id, name=name, search_row=row, **values)
        for number in numbers:
            e164 = number if number.startswith("+") else None
            self.add(
                tables.contact_addresses,
                peer_key=number,
                contact_id=contact_id,
                raw=number,
                e164=e164,
            )
        search.feed_contact(self.tx, contact_id)
        return contact_id

    def conversation(self, contact_id: UUID | None = None, **values: Any) -> UUID:
        conversation_id = new_id()
        key = f"+1202555{next(self._n):04}"
        row: dict[str, Any] = {
            "id": conversation_id,
            "sender_id": self.sender_id,
            "channel": "sms",
            "peer_key": key,
            "reply_raw": key,
            "contact_id": contact_id or self.contact("", key),
            "team_state": "open",
            "source_kind": "direct",
            "source_reason": "none",
            "listed": True,
        }
        self.add(tables.conversations, **row | values)
        return conversation_id

    def message(self, conversation_id: UUID, body: str, **values: Any) -> int:
        """The new message's position; each is a minute later than the one before."""
        n = next(self._n)
        at = values.pop("at", NOON + timedelta(minutes=n))
        position = positions.of_message(at, f"SM{n}")
        row: dict[str, Any] = {
            "position": position,
            "id": new_id(),
            "conversation_id": conversation_id,
            "account_id": self.account_id,
            "provider_sid": f"SM{n}",
            "direction": "inbound",
            "origin": "contact",
            "at": at,
            "sender_id": self.sender_id,
            "peer_raw": "",
            "body": body,
            "status": "received",
        }
        self.add(tables.messages, **row | values)
        search.feed_messages(self.tx, [(position, body)])
        return position

    def note(self, conversation_id: UUID, body: str) -> int:
        at = NOON + timedelta(minutes=next(self._n))
        position = positions.of_own(at, positions.Kind.NOTE)
        self.add(
            tables.notes,
            position=position,
            id=new_id(),
            conversation_id=conversation_id,
            author_id=self.person_id,
            at=at,
            body=body,
            mentions=[],
        )
        search.feed_notes(self.tx, [(position, body)])
        return position
