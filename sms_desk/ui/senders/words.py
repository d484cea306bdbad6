"""Sender IDs in words."""

from __future__ import annotations

from sms_desk.domain.model import (
    Channel,
    Health,
    Purpose,
    RoutingRule,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.plain_text import display_name
from sms_desk.domain.registration import HeaderType, RegistrationState, Route
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


def channel_words(channel: Channel) -> str:
    return {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}[channel]


def purpose_words(purpose: Purpose) -> str:
    return {
        Purpose.DIRECT: tr("senders", "Direct conversations"),
        Purpose.CAMPAIGN: tr("senders", "Campaigns"),
        Purpose.SERVICE: tr("senders", "A service"),
    }[purpose]


def rule_words(rule: RoutingRule | None) -> str:
    """Which of several holders gets what comes in."""
    if rule is None:
        return tr("senders", "Shared inbox, nobody in particular")
    return {
        RoutingRule.LAST_SENDER: tr("senders", "Who last wrote to the contact from it"),
        RoutingRule.OWNER: tr("senders", "The owner of the contact"),
        RoutingRule.EVERYONE: tr("senders", "Everyone who holds it"),
        RoutingRule.ROUND_ROBIN: tr("senders", "In turn, whoever is there"),
        RoutingRule.NAMED: tr("senders", "One person"),
    }[rule]


def route_words(route: Route) -> str:
    return {
        Route.DOMESTIC: tr("senders", "Domestic: entity, header and template"),
        Route.INTERNATIONAL: tr("senders", "International: none of them"),
    }[route]


def header_type_words(kind: HeaderType | None) -> str:
    if kind is None:
        return tr("senders", "not said")
    return {
        HeaderType.PROMOTIONAL: tr("senders", "P, promotional"),
        HeaderType.SERVICE: tr("senders", "S, service"),
        HeaderType.TRANSACTIONAL: tr("senders", "T, transactional"),
        HeaderType.GOVERNMENT: tr("senders", "G, government"),
    }[kind]


def registration_words(state: RegistrationState) -> str:
    return {
        RegistrationState.NONE: tr("senders", "none"),
        RegistrationState.PENDING: tr("senders", "pending"),
        RegistrationState.APPROVED: tr("senders", "approved"),
        RegistrationState.REJECTED: tr("senders", "rejected"),
        RegistrationState.SUSPENDED: tr("senders", "suspended"),
    }[state]


def address_cell(row: SenderRow) -> Cell:
    second = " · ".join(filter(None, (display_name(row.label), row.country)))
    ink = "disabled" if row.retired else "text"
    return Cell(display_name(row.display), second, ink=ink, strong=True)


def kind_cell(row: SenderRow) -> Cell:
    return Cell(kind_words(row.kind), channel_words(row.channel), ink="secondary")


def health_words(health: Health) -> str:
    return {
        Health.OK: tr("senders", "ok"),
        Health.DEGRADED: tr("senders", "degraded"),
        Health.BLOCKED: tr("senders", "blocked"),
    }[health]


def hay(row: SenderRow) -> str:
    """All words by which a sender ID is found, folded."""
    words = (
        row.address,
        row.display,
        row.label,
        row.country,
        kind_words(row.kind),
        channel_words(row.channel),
        row.program_name,
        row.account_label,
        *row.holders,
    )
    return " ".join(words).casefold()


def use_cell(row: SenderRow, services: frozenset[str]) -> Cell:
    """services: names of the programs that are services."""
    if row.retired:
        return Cell(tr("senders", "Retired"), ink="disabled")
    if row.program_name:
        name = display_name(row.program_name)
        if row.program_name in services:
            return Cell(name, ink="service", soft="service_soft", icon="bot")
        return Cell(name, ink="campaign", soft="campaign_soft", icon="megaphone")
    return Cell(
        {
            Purpose.DIRECT: tr("senders", "Direct"),
            Purpose.CAMPAIGN: tr("senders", "Campaigns"),
            Purpose.SERVICE: tr("senders", "A service"),
        }[row.purpose]
    )


def holders_cell(row: SenderRow) -> Cell:
    if row.held:
        second = rule_words(row.rule) if row.rule is not None and not row.alone else ""
        return Cell(", ".join(map(display_name, row.holders)), second)
    if row.program_name:
        return Cell(tr("senders", "programs only"), ink="secondary")
    return Cell(tr("senders", "nobody"), ink="nudge", icon="circle-alert")


def health_cell(row: SenderRow) -> Cell:
    if not row.account_label:
        return Cell(tr("senders", "no account carries it"), ink="nudge", icon="triangle-alert")
    registered = {
        None: "",
        True: tr("senders", "registered"),
        False: tr("senders", "registration incomplete"),
    }[row.registered]
    second = display_name(row.health_reason) or registered
    ink, icon = {
        Health.OK: ("ok", "check"),
        Health.DEGRADED: ("nudge", "triangle-alert"),
        Health.BLOCKED: ("error", "x"),
    }[row.health]
    if row.health is Health.OK and row.registered is False:
        ink, icon = "nudge", "triangle-alert"
    return Cell(health_words(row.health), second, ink=ink, icon=icon)
