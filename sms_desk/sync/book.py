"""The sender IDs, services and programs by which a listed message finds its place."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, lru_cache
from uuid import UUID

from sms_desk.domain.addresses import Address, AddressKind, from_provider
from sms_desk.domain.attribution import Recogniser
from sms_desk.domain.model import Channel, Health, Purpose, SenderDirection, SenderKind
from sms_desk.domain.scopes import Holders, holders_now
from sms_desk.providers.base import RemoteMessage
from sms_desk.store import conversations, people, programs, senders
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id

_KINDS = {
    AddressKind.SHORT_CODE: SenderKind.SHORT_CODE,
    AddressKind.ALPHANUMERIC: SenderKind.ALPHANUMERIC,
}


@lru_cache(maxsize=4096)
def peer_address(channel: Channel, raw: str) -> Address:
    """The address of a peer as the provider named it, channel prefix removed."""
    if channel is not Channel.WHATSAPP:
        return from_provider(raw)
    address = from_provider(f"whatsapp:{raw}")
    return Address(raw, address.e164, address.key, address.kind)


class Book:
    """Read when first asked, for one transaction; learns the sender IDs that it meets, so that
    nothing is lost."""

    def __init__(self, tx: Tx, account_id: UUID, *, at: datetime) -> None:
        self._tx = tx
        self._account_id = account_id
        self._at = at
        self.new_senders: set[UUID] = set()
        self._holders: dict[UUID, Holders] | None = None

    @cached_property
    def homes(self) -> dict[UUID, UUID]:
        return conversations.home_senders(self._tx)

    @cached_property
    def recogniser(self) -> Recogniser:
        return Recogniser(*programs.for_attribution(self._tx), self.homes)

    @cached_property
    def _services(self) -> dict[str, UUID]:
        return {
            str(row["provider_sid"]): row["id"]
            for row in senders.services(self._tx)
            if row["account_id"] == self._account_id
        }

    def sender(self, message: RemoteMessage) -> UUID:
        """Our sender ID of a message; one that nobody listed yet is made, without a label."""
        address = peer_address(message.channel, message.sender_raw)
        key = (message.channel, address.key)
        if key not in self._senders:
            self._senders[key] = self._make(message.channel, address)
        return self._senders[key]

    def home(self, sender_id: UUID) -> UUID:
        """The sender ID whose conversations it writes into (R60)."""
        return self.homes.get(sender_id, sender_id)

    def service(self, sid: str | None) -> UUID | None:
        return None if sid is None else self._services.get(sid)

    def holders(self, sender_id: UUID) -> Holders:
        if self._holders is None or sender_id not in self._holders:
            self._holders = holders_now(people.directory(self._tx), self._at)
        return self._holders[sender_id]

    @cached_property
    def _senders(self) -> dict[tuple[Channel, str], UUID]:
        """By channel and match key; where two countries share a short code, this account's own."""
        found: dict[tuple[Channel, str], UUID] = {}
        rows = senders.listing(self._tx, retired=True)
        for row in sorted(rows, key=lambda row: row["account_id"] == self._account_id):
            channel = Channel(row["channel"])
            found[channel, peer_address(channel, row["address"]).key] = row["id"]
        return found

    def _make(self, channel: Channel, address: Address) -> UUID:
        sender_id = new_id()
        one_way = address.kind is AddressKind.ALPHANUMERIC and channel is Channel.SMS
        senders.insert(
            self._tx,
            {
                "id": sender_id,
                "channel": channel,
                "address": address.e164 or address.key,
                "kind": SenderKind.WHATSAPP
                if channel is Channel.WHATSAPP
                else _KINDS.get(address.kind, SenderKind.LONG_CODE),
                "direction": SenderDirection.OUTGOING if one_way else SenderDirection.BOTH,
                "purpose": Purpose.DIRECT,
                "health": Health.OK,
                "created_at": self._at,
            },
        )
        senders.carry(
            self._tx, id_=new_id(), sender_id=sender_id, account_id=self._account_id, at=self._at
        )
        self.new_senders.add(sender_id)
        return sender_id
