"""Programs in words."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from sms_desk.domain import addresses
from sms_desk.domain.model import BindingKind, Channel, ProgramKind, Purpose, SourceReason
from sms_desk.domain.plain_text import display_name, isolate, preview
from sms_desk.domain.programs import Lack
from sms_desk.services.program_figures import Period
from sms_desk.services.rows import (
    BindingPreview,
    BindingRow,
    ProgramFigures,
    ProgramRow,
    ProgramSender,
    SenderFigures,
    TextTest,
)
from sms_desk.ui.widgets.table import Cell
from sms_desk.ui.widgets.words import tr


def kind_words(kind: ProgramKind) -> str:
    if kind is ProgramKind.CAMPAIGN:
        return tr("programs", "Campaign")
    return tr("programs", "Service")


def binding_words(row: BindingRow) -> str:
    target = preview(row.target, 80)
    if row.kind == BindingKind.SENDER:
        target = addresses.display(addresses.from_provider(row.target))
    text = {
        BindingKind.SENDER: tr("programs", "Sender ID {target}"),
        BindingKind.MESSAGING_SERVICE: tr("programs", "Messaging Service {target}"),
        BindingKind.PATTERN: tr("programs", "Texts like “{target}”"),
    }[BindingKind(row.kind)]
    return text.replace("{target}", target)


def name_cell(row: ProgramRow) -> Cell:
    name = display_name(row.name)
    if row.retired:
        return Cell(name, tr("programs", "retired"), ink="disabled", strong=True)
    refusing = "" if row.takes_replies else tr("programs", "takes no replies")
    return Cell(name, " · ".join(filter(None, (refusing, dates_words(row)))), strong=True)


def kind_cell(row: ProgramRow) -> Cell:
    is_campaign = row.kind is ProgramKind.CAMPAIGN
    token = "campaign" if is_campaign else "service"
    icon = "megaphone" if is_campaign else "bot"
    return Cell(kind_words(row.kind), ink=token, soft=f"{token}_soft", icon=icon)


def bindings_cell(row: ProgramRow) -> Cell:
    if not row.bindings:
        return Cell(tr("programs", "nothing yet"), ink="nudge", icon="circle-alert")
    return Cell(", ".join(binding_words(binding) for binding in row.bindings))


def dates_words(row: ProgramRow) -> str:
    """From when to when it runs; nothing for always."""
    if row.starts_at is None and row.ends_at is None:
        return ""
    days = [_day(at) if at else "…" for at in (row.starts_at, row.ends_at)]
    return " – ".join(days)


def waiting_cell(row: ProgramRow) -> Cell:
    return Cell(f"{row.waiting:,}" if row.waiting else "", ink="waiting", strong=True)


def _day(at: object) -> str:
    year, month, day = at.year, at.month, at.day  # type: ignore[attr-defined]
    return QLocale().toString(QDate(year, month, day), QLocale.FormatType.ShortFormat)


# --- one program ----------------------------------------------------------------------------------


def about_words(row: ProgramRow) -> str:
    """Below its name."""
    pieces = [
        kind_words(row.kind),
        tr("programs", "%n waiting", row.waiting) if row.waiting else "",
        "" if row.takes_replies else tr("programs", "takes no replies"),
        tr("programs", "retired") if row.retired else "",
    ]
    return " · ".join(piece for piece in pieces if piece)


def lack_words(lack: Lack) -> str:
    """What is missing, and where to mend it."""
    return {
        Lack.NOTHING_BOUND: tr(
            "programs", "No message counts as its own yet: say under Recognition what does."
        ),
        Lack.INBOUND: tr(
            "programs",
            "It writes from a sender ID that receives nothing, and no inbound number is named:"
            " answers are lost. Name one under Senders.",
        ),
        Lack.INSTRUCTION: tr(
            "programs",
            "It writes from a sender ID that receives nothing and does not say how to answer:"
            " write it under Set-up.",
        ),
        Lack.AUTO_REPLY: tr(
            "programs",
            "It takes no replies, and nobody is told so: write what the auto-responder says.",
        ),
    }[lack]


def sender_words(sender: ProgramSender) -> str:
    """A sender ID that it writes from, its purpose, and where answers go."""
    name = " ".join(filter(None, (display_name(sender.label), isolate(sender.display))))
    purpose = {
        Purpose.DIRECT: tr("programs", "purpose: direct"),
        Purpose.CAMPAIGN: tr("programs", "purpose: campaign"),
        Purpose.SERVICE: tr("programs", "purpose: service"),
    }[sender.purpose]
    pieces = [channel_words(sender.channel), name, purpose]
    if sender.inbound:
        to = tr("programs", "answers arrive at {number}")
        pieces.append(to.replace("{number}", isolate(sender.inbound)))
    return " · ".join(pieces)


def channel_words(channel: Channel) -> str:
    return {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}[channel]


def parts_words(parts: int) -> str:
    return tr("programs", "%n part(s)", parts)


# --- figures --------------------------------------------------------------------------------------


def period_words(period: Period) -> str:
    return {
        Period.WEEK: tr("programs", "7 days"),
        Period.MONTH: tr("programs", "30 days"),
        Period.QUARTER: tr("programs", "90 days"),
        Period.ALL: tr("programs", "All"),
    }[period]


def figure_words(figures: ProgramFigures) -> str:
    """Above the blocks."""
    if not figures.senders:
        return tr("programs", "It sent nothing and heard nothing in this time.")
    if len(figures.senders) > 1:
        return tr("programs", "Channels and sender IDs are never added up: each has its own rates.")
    return ""


def sender_title(sender: SenderFigures) -> str:
    label = display_name(sender.label)
    return " · ".join(filter(None, (channel_words(sender.channel), label, isolate(sender.display))))


# --- recognition ----------------------------------------------------------------------------------


def preview_words(found: BindingPreview) -> str:
    """What a binding would do to what is stored."""
    if not found.messages:
        words = tr("programs", "No stored message would change.")
    else:
        words = tr("programs", "%n stored message(s) would become its own", found.messages)
        words += tr("programs", ", in %n conversation(s).", found.conversations)
    if not found.complete:
        only = tr("programs", "Only the newest {count} were looked at.")
        words += " " + only.replace("{count}", f"{found.looked_at:,}")
    return words


def verdict_words(found: TextTest, has_pattern: bool) -> tuple[str, str]:
    """Whose a text would be and why, and whether that is good news: ok, warn or nothing."""
    fits = ""
    if has_pattern:
        fits = (
            tr("programs", "The pattern above fits. ")
            if found.fits
            else tr("programs", "The pattern above does not fit. ")
        )
    if found.program_id is None:
        return fits + tr("programs", "It would belong to no program."), "warn"
    why = {
        SourceReason.MESSAGING_SERVICE: tr("programs", "its Messaging Service is bound to it"),
        SourceReason.DEDICATED: tr("programs", "its sender ID is dedicated to it"),
        SourceReason.PATTERN: tr("programs", "the text fits its pattern"),
    }[found.reason]
    name = isolate(display_name(found.program_name))
    words = tr("programs", "It would belong to {program}: {why}.")
    words = words.replace("{why}", why).replace("{program}", name)
    if len(found.patterns) > 1:
        also = tr("programs", " Patterns of {names} fit; the one bound first wins.")
        names = ", ".join(isolate(display_name(each)) for each in found.patterns)
        words += also.replace("{names}", names)
    return fits + words, "ok"


def progress_words(reached: datetime) -> str:
    day = QLocale().toString(QDate(reached.year, reached.month, reached.day), "d MMM yyyy")
    words = tr("programs", "Looking at stored messages again: back to {day} so far.")
    return words.replace("{day}", day)
