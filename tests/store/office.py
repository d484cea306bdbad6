"""A small sales office for tests: people, sender IDs, programs, and what contacts wrote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
from sms_desk.store import conversations, people, programs, search, senders, tables
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
        with workspace.write() as tx:
            self.account = self._account(tx)
            self.ann = self._person(tx, "Ann", Role.ADMIN)
            self.ben = self._person(tx, "Ben", Role.REP)
            self.cara = self._person(tx, "Cara", Role.REP)
            self.own = self._sender(tx, "+12025550101", self.ben)
            self.shared = self._sender(tx, "+12025550102", self.ben, self.cara)
            self.unheld = self._sender(tx, "+12025550103")
            self.whatsapp = self._sender(tx, "+12025550101", self.ben, channel=Channel.WHATSAPP)

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

    def _account(self, tx: Tx) -> UUID:
        id_ = new_id()
        tx.execute(
            sa.insert(tables.accounts).values(
                id=id_, provider="twilio", sid="AC" + "0" * 32, label="Twilio", created_at=NOON
            )
        )
        return id_

    def _person(self, tx: Tx, name: str, role: Role) -> UUID:
        id_ = new_id()
        people.insert(tx, id_=id_, name=name, role=role, zone="Europe/Berlin", at=NOON)
        return id_

    def _sender(self, tx: Tx, address: str, *holders: UUID, channel: Channel = Channel.SMS) -> UUID:
        id_ = new_id()
        kind = SenderKind.WHATSAPP if channel is Channel.WHATSAPP else SenderKind.LONG_CODE
        senders.insert(
            tx,
            {
                "id": id_,
                "channel": channel,
                "address": address,
                "kind": kind,
                "direction": "both",
                "purpose": "direct",
                "health": "ok",
                "created_at": NOON,
            },
        )
        senders.carry(tx, id_=new_id(), sender_id=id_, account_id=self.account, at=NOON)
        for holder in holders:
            senders.hold(
                tx,
                {
                    "id": new_id(),
                    "sender_id": id_,
                    "holder_kind": HolderKind.PERSON,
                    "holder_id": holder,
                    "since": NOON - timedelta(days=9),
                    "reason": "",
                },
            )
        return id_


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
