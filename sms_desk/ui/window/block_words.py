"""What keeps a reply from being sent now, in one sentence with the way out (R40, R42)."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sms_desk.domain import whatsapp_window
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Health
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.domain.send_checks import WayOut
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
    if detail.row.channel is Channel.WHATSAPP and (window := _window(detail, now, zone)):
        return window
    if detail.sender.retired:
        return Block(
            tr("block", "This sender ID is retired."),
            tr("block", "Bring it back under Sender IDs, or begin a conversation from another."),
        )
    if detail.sender.health is Health.BLOCKED:
        return _blocked(detail)
    return None


def _blocked(detail: ConversationDetail) -> Block:
    """Held until a supervisor lets the sender ID's conversations go on from its fallback (R17)."""
    name = isolate(display_name(detail.sender.label or detail.sender.display))
    after = next((other for other in detail.others if other.link == "after"), None)
    if after is not None:
        title = tr("block", "{number} is blocked; this goes on in {other}.")
        title = title.replace("{other}", isolate(display_name(after.sender_label)))
        opens = (OPEN_NEXT, tr("block", "Open"))
        return Block(title.replace("{number}", name), actions=(opens,))
    title = tr("block", "{number} is blocked: messages are held.").replace("{number}", name)
    other = isolate(display_name(detail.fallback)) if detail.fallback else ""
    if detail.may_switch and other:
        words = tr("block", "Go on from {number}…").replace("{number}", other)
        return Block(title, actions=((GO_ON, words),))
    if detail.may_switch:
        return Block(title, actions=((GO_ON, tr("block", "Go on from a fallback…")),))
    if other:
        words = tr("block", "A supervisor can let it go on from {number}.")
        return Block(title, words.replace("{number}", other))
    return Block(title, tr("block", "Ask a supervisor to name a fallback for it."))


OPEN_NEXT = "open_next"
"""To the conversation that continues it."""
GO_ON = "go_on"
"""The way out of a blocked sender ID, as the composer's bar names it."""


def _opted_out(detail: ConversationDetail, now: datetime, zone: tzinfo) -> Block:
    scopes = {
        "sender": tr("block", "from this number"),
        "messaging_service": tr("block", "from this messaging service"),
        "account": tr("block", "from any of our numbers"),
    }
    since = detail.opted_out_since
    words = tr("block", "Opted out; they may not be written to {scope}.")
    if since is not None:
        words = tr("block", "Opted out since {when}; they may not be written to {scope}.")
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


_TEMPLATE = ((WayOut.PICK_TEMPLATE.value, tr("block", "Send a template")),)
