"""India's registered texts in words (R41)."""

from __future__ import annotations

from sms_desk.domain import send_checks
from sms_desk.domain.dlt import SUFFIX, Deviation
from sms_desk.domain.model import DltKind
from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.dlt_texts import Comparison
from sms_desk.ui.widgets.words import tr


def kind_words(kind: DltKind) -> str:
    """With the letter that the operator puts behind the header."""
    said = {
        DltKind.TRANSACTIONAL: tr("dlt", "Transactional"),
        DltKind.SERVICE_IMPLICIT: tr("dlt", "Service, implicit"),
        DltKind.SERVICE_EXPLICIT: tr("dlt", "Service, explicit"),
        DltKind.PROMOTIONAL: tr("dlt", "Promotional"),
        DltKind.GOVERNMENT: tr("dlt", "Government"),
    }[kind]
    return f"{said} (-{SUFFIX[kind]})"


def header_words(sender: str) -> str:
    """sender: the label or address of the sender ID, "" for every one of the entity."""
    return display_name(sender) if sender else tr("dlt", "every header")


def comparison_words(found: Comparison) -> str:
    """What the operators would say of the text."""
    if found.template_id is None:
        return tr("dlt", "No text is registered for it.")
    name = isolate(display_name(found.name))
    if found.fits:
        words = tr("dlt", "It fits “{name}” ({number}).")
        return words.replace("{number}", found.dlt_id).replace("{name}", name)
    there = Deviation(found.character, found.expected, found.found, found.variable, found.too_long)
    words = tr("dlt", "It comes nearest to “{name}”, but {where}")
    return words.replace("{where}", send_checks.said(there)).replace("{name}", name)
