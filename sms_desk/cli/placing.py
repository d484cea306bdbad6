"""Where a message goes: a conversation that is there, or one that begins with it."""

from __future__ import annotations

from uuid import UUID

from sms_desk.cli import ids
from sms_desk.domain import commands as c
from sms_desk.domain.addresses import Address
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel
from sms_desk.services import composing
from sms_desk.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Place:
    """begin: what runs in the message's own transaction, so that a message that is refused leaves
    no empty conversation behind."""

    conversation_id: UUID
    sender_id: UUID
    begin: tuple[c.Command, ...] = ()


def new_place(desk: Desk, sender_id: UUID, channel: Channel, peer: Address, name: str) -> Place:
    """The conversation of a number with a sender ID; one that exists is used again (R62).

    name: the contact's, where nobody named it yet.
    """
    there = desk.read(composing.conversation_with, sender_id, peer)
    place = there or ids.fresh(desk)
    start = c.StartConversation(
        **desk.stamp(),
        conversation_id=place,
        contact_id=ids.fresh(desk),
        sender_id=sender_id,
        channel=channel,
        peer_raw=peer.e164 or peer.raw,
        contact_name=name,
    )
    return Place(place, sender_id, (start,))
