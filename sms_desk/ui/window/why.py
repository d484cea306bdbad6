""" "Why is this here?": the stored reason and its trail, in a small card (R3, R16, R20)."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from sms_desk.domain.model import Source, SourceKind, SourceReason
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.rows import ConversationDetail, ThreadItem
from sms_desk.services.why_here import Explained
from sms_desk.ui.thread import Reader
from sms_desk.ui.thread.words import event
from sms_desk.ui.widgets.popover import WIDTH as WIDTH
from sms_desk.ui.widgets.popover import Popover
from sms_desk.ui.widgets.words import tr


class WhyPopover(Popover):
    """Why it is so."""

    @classmethod
    def of_event(cls, item: ThreadItem, reader: Reader, parent: QWidget) -> WhyPopover:
        """Of a line that tells of something else than whose it became."""
        return cls(event(item, reader), (reason_words(item.reason),), parent)

    @classmethod
    def of_place(
        cls, found: Explained, parent: QWidget, message: ThreadItem | None = None
    ) -> WhyPopover:
        """Why it is here: the sentence, and what it rests on. message: says what it answers, too."""
        lines = [f"{each.name}: {each.text}" for each in found.details]
        if message is not None:
            lines.append(source_words(message.source, message.program_name))
        return cls(found.sentence, tuple(lines), parent)

    @classmethod
    def of_source(cls, detail: ConversationDetail, parent: QWidget) -> WhyPopover:
        """What the conversation answers: as its contact's newest message does (R3)."""
        lines = (
            source_words(detail.row.source, detail.row.program_name),
            tr("why", "It follows the contact's newest message. … › This answers corrects it."),
        )
        return cls(tr("why", "What this conversation answers"), lines, parent)

    @classmethod
    def of_sender(cls, detail: ConversationDetail, parent: QWidget) -> WhyPopover:
        """Why the composer proposes this sender ID."""
        holders = ", ".join(map(display_name, detail.sender.holders)) or tr("why", "nobody")
        held = tr("why", "It is held by {names}.").replace("{names}", holders)
        lines = [
            tr("why", "A conversation stays on the number that the customer knows."),
            held,
        ]
        if detail.sender.program_name:
            program = tr("why", "It is dedicated to {name}.")
            lines.append(program.replace("{name}", display_name(detail.sender.program_name)))
        title = tr("why", "Why {number}?").replace("{number}", display_name(detail.sender.display))
        return cls(title, tuple(lines), parent)


_REASONS = {
    "person": "A person did this.",
    "undo": "A person took an earlier change back.",
    "due": "The time that was set had come.",
    "contact_wrote": "The customer wrote.",
    "replied": "Somebody replied.",
}


def reason_words(reason: str) -> str:
    """Why an event happened that routed nothing."""
    if reason in _REASONS:
        return tr("why", _REASONS[reason])
    return preview(reason, 200) or tr("why", "No reason was stored.")


def source_words(source: Source | None, program_name: str) -> str:
    """Why a message or conversation got its source (R3), from the reason stored with it."""
    name = display_name(program_name)
    if source is None or source.kind is SourceKind.DIRECT:
        return _direct_words(source.reason if source else SourceReason.NONE, name)
    text = {
        SourceReason.RECENT_SEND: tr("why", "{name} wrote to this contact not long before."),
        SourceReason.DEDICATED: tr("why", "The sender ID is dedicated to {name}."),
        SourceReason.MESSAGING_SERVICE: tr("why", "The Messaging Service is bound to {name}."),
        SourceReason.PATTERN: tr("why", "The text matches the pattern of {name}."),
        SourceReason.REBOUND: tr("why", "A person said that it answers {name}."),
    }.get(source.reason, tr("why", "It answers {name}."))
    return text.replace("{name}", name)


def _direct_words(reason: SourceReason, name: str) -> str:
    """name: where a sales conversation came from (R5), or empty."""
    if reason is SourceReason.TAKEN_OVER and name:
        text = tr(
            "why",
            "A person took this answer to {name} over as a sales conversation. It is direct until "
            "{name} writes to the contact again.",
        )
        return text.replace("{name}", name)
    if reason is SourceReason.TAKEN_OVER:
        return tr("why", "A person took it over as a sales conversation.")
    if reason is SourceReason.REBOUND:
        return tr("why", "A person said that it answers no campaign or service.")
    return tr("why", "Nothing points at a campaign or service, so it is direct.")
