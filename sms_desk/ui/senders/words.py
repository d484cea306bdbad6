"""Sender IDs in words."""

from __future__ import annotations

from sms_desk.domain.model import Health, SenderDirection, SenderKind
from sms_desk.domain.plain_text import display_name
from sms_desk.services.rows import SenderRow
from sms_desk.ui.widgets.table import Cell
from sms_desk.ui.widgets.words import tr


def kind_words(kind: SenderKind) -> str:
    return {
        SenderKind.LONG_CODE: tr("senders", "Long code"),
        SenderKind.SHORT_CODE: tr("senders", "Short code"),
        SenderKind.TOLL_FREE: tr("senders", "Toll-free"),
        SenderKind.ALPHANUMERIC: tr("senders", "Alphanumeric"),
        SenderKind.WHATSAPP: tr("senders", "WhatsApp"),
    }[kind]


def direction_words(direction: SenderDirection) -> str:
    return {
        SenderDirection.BOTH: tr("senders", "Sends and receives"),
        SenderDirection.OUTGOING: tr("senders", "Sends only"),
        SenderDirection.INCOMING: tr("senders", "Receives only"),
    }[direction]


def address_cell(row: SenderRow) -> Cell:
    second = " · ".join(filter(None, (display_name(row.label), row.country)))
    ink = "disabled" if row.retired else "text"
    return Cell(display_name(row.display), second, ink=ink, strong=True)


def kind_cell(row: SenderRow) -> Cell:
    return Cell(kind_words(row.kind), ink="secondary")


def use_cell(row: SenderRow, services: frozenset[str]) -> Cell:
    """services: names of the programs that are services."""
    if row.retired:
        return Cell(tr("senders", "Retired"), ink="disabled")
    if row.program_name:
        name = display_name(row.program_name)
        if row.program_name in services:
            return Cell(name, ink="service", soft="service_soft", icon="bot")
        return Cell(name, ink="campaign", soft="campaign_soft", icon="megaphone")
    return Cell(tr("senders", "Direct"))


def holders_cell(row: SenderRow) -> Cell:
    if row.holders:
        return Cell(", ".join(map(display_name, row.holders)))
    if row.program_name:
        return Cell(tr("senders", "programs only"), ink="secondary")
    return Cell(tr("senders", "nobody"), ink="nudge", icon="circle-alert")


def health_cell(row: SenderRow) -> Cell:
    if not row.account_label:
        return Cell(tr("senders", "no account carries it"), ink="nudge", icon="triangle-alert")
    return {
        Health.OK: Cell(tr("senders", "ok"), ink="ok", icon="check"),
        Health.DEGRADED: Cell(tr("senders", "degraded"), ink="nudge", icon="triangle-alert"),
        Health.BLOCKED: Cell(tr("senders", "blocked"), ink="error", icon="x"),
    }[row.health]
