"""Programs in words."""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale

from sms_desk.domain import addresses
from sms_desk.domain.model import BindingKind, ProgramKind
from sms_desk.domain.plain_text import display_name, preview
from sms_desk.services.rows import BindingRow, ProgramRow
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
    second = "" if row.takes_replies else tr("programs", "takes no replies")
    if row.retired:
        return Cell(display_name(row.name), tr("programs", "retired"), ink="disabled", strong=True)
    return Cell(display_name(row.name), second, strong=True)


def kind_cell(row: ProgramRow) -> Cell:
    is_campaign = row.kind is ProgramKind.CAMPAIGN
    token = "campaign" if is_campaign else "service"
    icon = "megaphone" if is_campaign else "bot"
    return Cell(kind_words(row.kind), ink=token, soft=f"{token}_soft", icon=icon)


def bindings_cell(row: ProgramRow) -> Cell:
    if not row.bindings:
        return Cell(tr("programs", "nothing yet"), ink="nudge", icon="circle-alert")
    return Cell(", ".join(binding_words(binding) for binding in row.bindings))


def dates_cell(row: ProgramRow) -> Cell:
    if row.starts_at is None and row.ends_at is None:
        return Cell(tr("programs", "always"), ink="secondary")
    days = [_day(at) if at else "…" for at in (row.starts_at, row.ends_at)]
    return Cell(" – ".join(days), ink="secondary")


def waiting_cell(row: ProgramRow) -> Cell:
    return Cell(f"{row.waiting:,}" if row.waiting else "", ink="waiting", strong=True)


def _day(at: object) -> str:
    year, month, day = at.year, at.month, at.day  # type: ignore[attr-defined]
    return QLocale().toString(QDate(year, month, day), QLocale.FormatType.ShortFormat)
