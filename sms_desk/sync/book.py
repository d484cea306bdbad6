"""The sender IDs, services and programs by which a listed message finds its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from uuid import UUID

from sms_desk.domain.addresses import Address, AddressKind, from_provider
from sms_desk.domain.attribution import Recogniser
from sms_desk.domain.audit import Deed, Kind, Reason
from sms_desk.domain.model import Channel, Health, Purpose, SenderDirection, SenderKind
from sms_desk.domain.responsibility import Presence
from sms_desk.domain.scopes import Directory
from sms_desk.providers.base import RemoteMessage
from sms_desk.services import auditing
from sms_desk.services.routing import Router, Unowned
from sms_desk.services.telling import Teller
from sms_desk.store import carriers, conversations, people, programs, pulse, senders
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.remembered import remembered

_KINDS = {
    AddressKind.SHORT_CODE: SenderKind.SHORT_CODE,
    AddressKind.ALPHANUMERIC: SenderKind.ALPHANUMERIC,
}


@lru_cache(maxsize=8192)
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
        self._router: Router | None = None
        self._teller: Teller | None = None

    def turn(self, tx: Tx, at: datetime) -> None:
        """Go on in another transaction, where nothing in it has changed since."""
        self._tx = tx
        self.new_senders = set()
        if at != self._at:
            self._at, self._router, self._teller = at, None, None

    def forget(self) -> None:
        """Read all anew: what was learnt has been taken back with its savepoint."""
        fresh = Book(self._tx, self._account_id, at=self._at)
        vars(self).clear()
        vars(self).update(vars(fresh))

    @cached_property
    def homes(self) -> dict[UUID, UUID]:
        return remembered(self._tx, conversations.home_senders)

    @cached_property
    def recogniser(self) -> Recogniser:
        return Recogniser(*remembered(self._tx, programs.for_attribution), self.homes)

    @cached_property
    def _services(self) -> dict[str, UUID]:
        return {
            str(row["provider_sid"]): row["id"]
            for row in remembered(self._tx, senders.services)
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

    def router(self, unowned: Sequence[Unowned]) -> Router:
        """Who holds what, read again for a sender ID that was not there before."""
        if not self._directory.sender_ids.issuperset(each.sender_id for each in unowned):
            self._directory, self._router = people.directory(self._tx), None
        if self._router is None:
            self._router = Router(self._directory, self._at)
        return self._router

    @property
    def teller(self) -> Teller:
        """Who is told of what comes in, and how they want it."""
        if self._teller is None:
            self._teller = Teller(self._tx, self._directory, self._at)
        return self._teller

    @property
    def presence(self) -> Presence:
        """Who is away."""
        return self._directory.presence(self._at)

    @cached_property
    def _directory(self) -> Directory:
        """Dated rows, which serve at any time."""
        return remembered(self._tx, people.directory)

    @cached_property
    def _senders(self) -> dict[tuple[Channel, str], UUID]:
        """By channel and match key; where two countries share a short code, this account's own."""
        found: dict[tuple[Channel, str], UUID] = {}
        rows = remembered(self._tx, carriers.listing)
        for row in sorted(rows, key=lambda row: row.account_id == self._account_id):
            channel = Channel(row.channel)
            found[channel, peer_address(channel, row.address).key] = row.sender_id
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
        found = Deed(
            Kind.SENDER_ADDED, (sender_id,), after={"sender_id": sender_id}, reason=Reason.FOUND
        )
        auditing.by_rule(self._tx, found, self._at)
        self.new_senders.add(sender_id)
        return sender_id


class Shelf:
    """Keeps an account's book from one transaction to the next, while nobody writes in between.

    Every transaction counts itself (`store.engine`), so that what others wrote is noticed.
    """

    def __init__(self, account_id: UUID) -> None:
        self._account_id = account_id
        self._kept: tuple[Book, int] | None = None
        self._written = 0

    def take(self, tx: Tx, at: datetime) -> Book:
        """The book for this transaction. `keep` it once that is committed."""
        kept, self._kept = self._kept, None
        self._written = pulse.count(tx)
        if kept is None or kept[1] != self._written:
            book = Book(tx, self._account_id, at=at)
        else:
            book = kept[0]
            book.turn(tx, at)
        return book

    def keep(self, book: Book) -> None:
        """After the transaction was committed: it was one more."""
        self._kept = book, self._written + 1
