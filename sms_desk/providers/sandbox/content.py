"""Content templates at the provider: how they look on the wire, are filled, and are judged.

The wire: https://www.twilio.com/docs/content/content-api-resources. Kept apart from the desk's own
rules on purpose, so that the two can disagree in a test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .model import Template
from .rules import refusal

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NO_VALUE = re.compile(r"[\n\t]| {5}")

# https://www.twilio.com/docs/api/errors/63040, 63041, 63042: whatever the window, it never arrives.
JUDGED = {"rejected": 63040, "paused": 63041, "disabled": 63042}


def types(value: Template) -> dict[str, Any]:
    """The `types` of a template. A quick reply carries its plain text for other channels."""
    match value.kind:
        case "twilio/media":
            return {value.kind: {"body": value.body, "media": list(value.media)}}
        case "twilio/quick-reply":
            actions = [{"title": title, "id": title.casefold()} for title in value.buttons]
            plain = {"twilio/text": {"body": value.body}}
            return {value.kind: {"body": value.body, "actions": actions}, **plain}
        case "twilio/card":
            card: dict[str, Any] = {
                "title": value.title,
                "subtitle": value.body,
                "media": list(value.media),
            }
            return {value.kind: {**card, "actions": []}}
        case "whatsapp/card":
            card = {"header_text": value.title, "body": value.body, "footer": None}
            return {value.kind: {**card, "media": list(value.media), "actions": []}}
        case _:
            return {value.kind: {"body": value.body}}


def approval(value: Template) -> dict[str, Any]:
    return {
        "allow_category_change": True,
        "category": value.category,
        "content_type": value.kind,
        "name": value.name,
        "rejection_reason": value.reason,
        "status": value.approval,
    }


def text(value: Template, variables: str) -> str:
    """The text that the customer reads: values are literal, and defaults stand in for missing ones."""
    values = dict(value.variables) | json.loads(variables or "{}")
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), value.body)


def check_variables(variables: str) -> None:
    """Refuse what is no JSON object, or holds what no value may (21656)."""
    try:
        values = json.loads(variables or "{}")
    except ValueError:
        raise refusal(21656) from None
    if not isinstance(values, Mapping) or not all(_fits(value) for value in values.values()):
        raise refusal(21656)


def _fits(value: object) -> bool:
    return (
        isinstance(value, str | int | float)
        and bool(str(value))
        and not _NO_VALUE.search(str(value))
    )
