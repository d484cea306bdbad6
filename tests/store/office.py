"""A small sales office for tests: people, sender IDs, programs, and what contacts wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from sms_desk.domain import positions
from sms_desk.domain.addresses import from_provider
from sms_desk.domain.model import (
    Channel,
    Direction,
    HolderKind,
    Origin,
    ProgramKind,
    Role,
    SenderKind,
)
from sms_desk.services.desk import Desk
from sms_desk.store import conversations, programs, search, senders, tables
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.ids import new_id
from tests.fixtures.desk import KEY, copied, open_hurried

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


class Office:
    """Ann is admin; Ben and Cara are reps; Ben holds +12025550101, Ben and Cara +12025550102."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.now = NOON
        self._told = 0
        self.account, self.ann, self.ben, self.cara = (new_id() for _ in range(4))
        self.own, self.shared, self.unheld, self.whatsapp = (new_id() for _ in range(4))
        with workspace.write() as tx:
            self._fill(tx)

    def desk(self, person: UUID) -> Desk:
        return Desk(self.workspace, person, clock=lambda: self.now)

    def later(self, **spans: float) -> datetime:
        self.now += timedelta(**spans)
        return self.now

    def conversation(self, sender: UUID, peer: str, owner: UUID | None = None) -> UUID:
        with self.workspace.write() as tx:
            row = senders.get(tx, sender)
            found = conversations.find_or_create(
                tx,
                sender_id=sender,
                channel=Channel(row["channel"]),
                peer=from_provider(peer),
                at=self.now,
            )
            tx.execute(
                sa.update(tables.conversations)
                .where(tables.conversations.c.id == found.id)
                .values(owner_id=owner)
            )
        return found.id

    def message(
        self,
        conversation: UUID,
        body: str,
        origin: Origin = Origin.CONTACT,
        *,
        at: datetime | None = None,
        program: UUID | None = None,
    ) -> int:
        """A message as the provider would list it; returns its position."""
        at = (at or self.now).replace(microsecond=0)
        self._told += 1
        sid = f"SM{self._told:032x}"
        position = positions.of_message(at, sid)
        inbound = origin is Origin.CONTACT
        with self.workspace.write() as tx:
            home = tx.execute(
                sa.select(tables.conversations).where(tables.conversations.c.id == conversation)
            ).one()
            tx.execute(
                sa.insert(tables.messages).values(
                    position=position,
                    id=new_id(),
                    conversation_id=conversation,
                    account_id=self.account,
                    provider_sid=sid,
                    direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
                    origin=origin,
                    at=at,
                    seen_at=at,
                    sender_id=home.sender_id,
                    peer_raw=home.reply_raw,
                    body=body,
                    status="received" if inbound else "delivered",
                    program_id=program,
                )
            )
            search.feed_messages(tx, [(position, body)])
            conversations.refresh(tx, [conversation])
        return position

    def program(self, name: str, kind: ProgramKind = ProgramKind.CAMPAIGN) -> UUID:
        id_ = new_id()
        with self.workspace.write() as tx:
            programs.save(
                tx,
                {
                    "id": id_,
                    "kind": kind,
                    "name": name,
                    "attribution_days": 30,
                    "takes_replies": True,
                    "created_at": self.now,
                },
            )
        return id_

    def _fill(self, tx: Tx) -> None:
        """In one statement a table: a thousand tests begin with this."""
        account = {"id": self.account, "provider": "twilio", "sid": "AC" + "0" * 32}
        tx.execute(sa.insert(tables.accounts), account | {"label": "Twilio", "created_at": NOON})
        who = (
            (self.ann, "Ann", Role.ADMIN),
            (self.ben, "Ben", Role.REP),
            (self.cara, "Cara", Role.REP),
        )
        tx.execute(sa.insert(tables.people), [_person(*one) for one in who])
        numbers = (
            (self.own, "+12025550101", Channel.SMS),
            (self.shared, "+12025550102", Channel.SMS),
            (self.unheld, "+12025550103", Channel.SMS),
            (self.whatsapp, "+12025550101", Channel.WHATSAPP),
        )
        senders.insert_many(tx, [_sender(*one) for one in numbers])
        carried = {"account_id": self.account, "since": NOON}
        senders.carry_many(
            tx, [{"id": new_id(), "sender_id": one} | carried for one, *_ in numbers]
        )
        held = (
            (self.own, self.ben),
            (self.shared, self.ben),
            (self.shared, self.cara),
            (self.whatsapp, self.ben),
        )
        senders.hold_many(tx, [_holding(*one) for one in held])


class KeptOffice:
    """An office in a file that nobody has open: made once, and each test gets a copy."""

    def __init__(self, office: Office) -> None:
        """office: its workspace is closed with this."""
        self._office = office
        office.workspace.close()

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Office]:
        """The same people, sender IDs and conversations in a file of one's own."""
        kept = self._office.workspace.path
        assert kept is not None
        office = copy(self._office)
        office.workspace = open_hurried(copied(kept, folder / kept.name), KEY)
        yield office
        office.workspace.close()


def _person(id_: UUID, name: str, role: Role) -> dict[str, Any]:
    zone = "Europe/Berlin"
    return {"id": id_, "name": name, "role": role, "zone": zone, "created_at": NOON}


def _sender(id_: UUID, address: str, channel: Channel) -> dict[str, Any]:
    return {
        "id": id_,
        "channel": channel,
        "address": address,
        "kind": SenderKind.WHATSAPP if channel is Channel.WHATSAPP else SenderKind.LONG_CODE,
        "direction": "both",
        "purpose": "direct",
        "health": "ok",
        "created_at": NOON,
    }


def _holding(sender: UUID, person: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "sender_id": sender,
        "holder_kind": HolderKind.PERSON,
        "holder_id": person,
        "since": NOON - timedelta(days=9),
        "reason": "",
    }
