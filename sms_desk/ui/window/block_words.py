"""What keeps a reply from being sent now, in one sentence with the way out (R40, R42)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sms_desk.domain import whatsapp_window
from sms_desk.domain.model import Channel, Health
from sms_desk.domain.whatsapp_window import WindowState
from sms_desk.services.rows import ConversationDetail
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Block:
    """actions: (word, button's words) pairs for the composer's bar."""

    title: str
    step: str = ""
    actions: tuple[tuple[str, str], ...] = ()


def block_of(detail: ConversationDetail, now: datetime, zone: tzinfo) -> Block | None:
    """The first thing that blocks, None if nothing does. The desk checks again as it sends."""
    if detail.opted_out_scope:
        return _opted_out(detail, now, zone)
    if detail.row.channel is Channel.WHATSAPP:
        return _window(detail, now, zone)
    if detail.sender.retired:
        return Block(
            tr("block", "This sender ID is retired."),
            tr("block", "Bring it back under Sender IDs, or begin a conversation from another."),
        )
    if detail.sender.health is Health.BLOCKED:
        return Block(
            tr("block", "The carrier blocks this sender ID."),
            tr("block", "Begin a conversation from another one."),
        )
    return None


def _opted_out(detail: ConversationDetail, now: datetime, zone: tzinfo) -> Block:
    scopes = {
        "sender": tr("block", "from this number"),
        "messaging_service": tr("block", "from this messaging service"),
        "account": tr("block", "from any of our numbers"),
    }
    since = detail.opted_out_since
    words = tr("block", "Asked not to be written to {scope}.")
    if since is not None:
        words = tr("block", "Asked on {when} not to be written to {scope}.")
        words = words.replace("{when}", clock_words(since, now, zone))
    return Block(
        words.replace("{scope}", scopes.get(detail.opted_out_scope, "")),
        tr("block", "Only their START lifts it."),
    )


def _window(detail: ConversationDetail, now: datetime, zone: tzinfo) -> Block | None:
    closes = detail.window_closes_at
    if closes is None:
        title = tr("block", "The contact has not written yet: WhatsApp takes a template first.")
        return Block(title, actions=_TEMPLATE)
    if whatsapp_window.state(closes, now) is not WindowState.CLOSED:
        return None
    words = tr("block", "The window closed {time}; it opens again when the contact writes.")
    return Block(words.replace("{time}", clock_words(closes, now, zone)), actions=_TEMPLATE)


SEND_TEMPLATE = "send_template"
"""The way out of a closed window, as the composer's bar names it."""
_TEMPLATE = ((SEND_TEMPLATE, tr("block", "Send a template")),)
