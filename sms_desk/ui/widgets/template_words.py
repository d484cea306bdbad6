"""A WhatsApp template in words: its language, its kind, and what its blanks begin with (R42)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QLocale

from sms_desk.domain import content_templates, plain_text
from sms_desk.domain.model import ApprovalStatus
from sms_desk.services.rows import ContentTemplateRow
from sms_desk.ui.widgets.words import tr

_EARLY: Final = 24
"""A first blank so near the beginning is the contact's name: "Hello {{1}}, …"."""
_LONGEST: Final = 200


def about_words(row: ContentTemplateRow) -> str:
    """Language, category and kind, such as "English · utility · text with buttons"."""
    parts = (language_words(row.language), category_words(row.category), kind_words(row.kind))
    return " · ".join(part for part in parts if part)


def language_words(code: str) -> str:
    """The language's name; its code where Qt knows none."""
    locale = QLocale(code.replace("-", "_"))
    if not code or locale.language() in (QLocale.Language.C, QLocale.Language.AnyLanguage):
        return plain_text.preview(code, _LONGEST)
    name = QLocale.languageToString(locale.language())
    return f"{name} ({code})" if "_" in code else name


def category_words(category: str) -> str:
    known = {
        "utility": tr("whatsapp", "utility"),
        "marketing": tr("whatsapp", "marketing"),
        "authentication": tr("whatsapp", "sign-in code"),
    }
    word = category.casefold()
    return known.get(word, plain_text.preview(word, _LONGEST))


def kind_words(kind: str) -> str:
    """What beside its text a template holds; "" for text alone, the provider's word if unknown."""
    known = {
        "": "",
        "twilio/text": "",
        "twilio/media": tr("whatsapp", "with a picture or file"),
        "twilio/quick-reply": tr("whatsapp", "with buttons to answer"),
        "twilio/call-to-action": tr("whatsapp", "with links"),
        "twilio/list-picker": tr("whatsapp", "with a list"),
        "twilio/card": tr("whatsapp", "card"),
        "whatsapp/card": tr("whatsapp", "card"),
        "twilio/carousel": tr("whatsapp", "cards"),
        "twilio/location": tr("whatsapp", "a place"),
        "whatsapp/authentication": tr("whatsapp", "WhatsApp's own text for codes"),
    }
    return known.get(kind, plain_text.preview(kind, _LONGEST))


def shown_text(row: ContentTemplateRow, values: Mapping[str, str]) -> str:
    """The text as the contact will read it; a blank that nobody filled stands as it is."""
    given = {name: value for name, value in values.items() if value.strip()}
    text = content_templates.fill(row.body, given)
    if text.strip():
        return plain_text.display_text(text)
    return tr("whatsapp", "The provider shows no text for this template.")


def suggested(row: ContentTemplateRow, contact_name: str) -> dict[str, str]:
    """What the blanks begin with: the contact's name where one plainly stands for it."""
    name = " ".join(contact_name.split())
    if not name:
        return {}
    first = name.split()[0]
    known = {"name": name, "full_name": name, "first_name": first, "firstname": first}
    found = {blank: known[blank.casefold()] for blank in row.variables if blank.casefold() in known}
    at = row.body.find("{{1}}")
    if "1" in row.variables and 0 <= at <= _EARLY and not found:
        found["1"] = first
    return found


def blank_words(name: str) -> str:
    """A blank's name for a person: "Blank 1", or its own word."""
    if name.isdecimal():
        return tr("whatsapp", "Blank {n}").replace("{n}", name)
    return plain_text.preview(name.replace("_", " ").capitalize(), _LONGEST)


def status_words(status: ApprovalStatus) -> str:
    """An approval in a word or two."""
    return {
        ApprovalStatus.APPROVED: tr("whatsapp", "Approved"),
        ApprovalStatus.PENDING: tr("whatsapp", "Waiting for approval"),
        ApprovalStatus.REJECTED: tr("whatsapp", "Rejected"),
        ApprovalStatus.PAUSED: tr("whatsapp", "Paused by WhatsApp"),
        ApprovalStatus.DISABLED: tr("whatsapp", "Disabled by WhatsApp"),
        ApprovalStatus.UNSUBMITTED: tr("whatsapp", "Never submitted"),
        ApprovalStatus.OTHER: tr("whatsapp", "Not approved"),
    }[status]
