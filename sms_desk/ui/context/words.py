"""What the context pane says: local time, consent and its scope, other conversations."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QDate, QLocale, QTime

from sms_desk.domain import plain_text
from sms_desk.domain.model import Channel, Direction, TeamState
from sms_desk.services.rows import ConversationDetail, ItemKind, OtherConversation, ThreadItem
from sms_desk.ui.widgets.words import tr as translated


def tr(text: str, n: int = -1) -> str:
    return translated("context", text, n)


def local_time(zone_name: str, now: datetime) -> str:
    """ "18:02 there", empty where the zone is not known."""
    try:
        zone = ZoneInfo(zone_name) if zone_name else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    if zone is None:
        return ""
    local = now.astimezone(zone)
    clock = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    return tr("{time} there").format(time=clock)


def channel_name(channel: Channel) -> str:
    return tr("WhatsApp") if channel is Channel.WHATSAPP else tr("SMS")


def consent(detail: ConversationDetail, zone: tzinfo) -> str:
    """Opt-out state and how far it goes (R39); marketing consent is not recorded."""
    if not detail.opted_out_scope:
        return tr("not opted out")
    scopes = {
        "sender": tr("opted out of this sender ID"),
        "messaging_service": tr("opted out of this Messaging Service"),
        "account": tr("opted out of every sender ID of this account"),
    }
    said = scopes.get(detail.opted_out_scope, tr("opted out"))
    if detail.opted_out_since is None:
        return said
    return tr("{state}, since {day}").format(
        state=said, day=short_day(detail.opted_out_since, zone)
    )


def short_day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return QLocale().toString(QDate(local.year, local.month, local.day), "d MMM")


def other(row: OtherConversation, zone: tzinfo) -> str:
    """Its last day and what became of it: "3 Nov · closed"; first whether one continues the other."""
    links = {"before": tr("continued here"), "after": tr("goes on there")}
    pieces = [links[row.link]] if row.link in links else []
    pieces += [short_day(row.last_at, zone)] if row.last_at else []
    if row.team_state is TeamState.OPEN and row.owner_name:
        pieces.append(tr("with {name}").format(name=plain_text.display_name(row.owner_name, 24)))
    else:
        names = {TeamState.CLOSED: tr("closed"), TeamState.SNOOZED: tr("snoozed")}
        pieces.append(names.get(row.team_state, tr("open")))
    return " · ".join(pieces)


def happened(item: ThreadItem) -> str:
    """One short line of the timeline: what the contact said, or who of us spoke."""
    if item.kind is ItemKind.NOTE:
        return tr("note: {text}").format(text=plain_text.preview(item.body, 60))
    text = plain_text.preview(item.body, 60) or tr("attachment")
    if item.direction is Direction.INBOUND:
        return text
    if item.program_name:
        return plain_text.display_name(item.program_name)
    return tr("us: {text}").format(text=text)
