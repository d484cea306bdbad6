"""Twilio's content templates as values of ours. Pure: no network here.

The rows: https://www.twilio.com/docs/content/content-api-resources#fetch-content-and-approvals. A
type of content that we do not know is listed with whatever text can be found in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sms_desk.domain import content_templates
from sms_desk.domain.model import ApprovalStatus
from sms_desk.providers.base import Poison, RemoteTemplate

from .messages import RAW_LIMIT
from .senders import field_of

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
LONGEST_TEXT = 16_000  # the longest field of any type takes 1,600 characters; more is damage
LONGEST_NAME = 512
LONGEST_WORD = 64
MOST_VARIABLES = 100  # https://www.twilio.com/docs/content/using-variables-with-content-api

# What stands in the bubble, in this order; a header and a footer only cards have.
_LINES = ("header_text", "title", "body", "subtitle", "footer", "label")


class _UnreadableTemplate(ValueError):
    """Why an item cannot be a template, in words."""


def parse_template(item: object, account_sid: str) -> RemoteTemplate | Poison:
    """One row of ContentAndApprovals; Poison when it cannot be one, or is not this account's."""
    try:
        if not isinstance(item, dict):
            raise _UnreadableTemplate("it is not an object")
        return _template(item, account_sid)
    except _UnreadableTemplate as error:
        raw = json.dumps(item, ensure_ascii=True)[:RAW_LIMIT]
        sid = item.get("sid") if isinstance(item, dict) else None
        return Poison(sid if isinstance(sid, str) else None, raw, str(error))


def _template(item: Mapping[str, Any], account_sid: str) -> RemoteTemplate:
    sid = field_of(item, "sid")
    if not CONTENT_SID.fullmatch(sid):
        raise _UnreadableTemplate("it has no id")
    if field_of(item, "account_sid") not in ("", account_sid):
        raise _UnreadableTemplate("it belongs to another account")
    approval = _object(item, "approval_requests")
    kind, content = _content(item, field_of(approval, "content_type"))
    body = _body(content)
    status_text = field_of(approval, "status")
    return RemoteTemplate(
        sid=sid,
        name=_clipped(field_of(item, "friendly_name") or field_of(approval, "name") or sid),
        language=field_of(item, "language")[:LONGEST_WORD],
        category=field_of(approval, "category")[:LONGEST_WORD],
        kind=kind[:LONGEST_WORD],
        body=body,
        variables=_variables(item, content),
        status=content_templates.status_of(status_text),
        status_text=status_text[:LONGEST_WORD],
        reason=_reason(approval),
    )


def _content(item: Mapping[str, Any], approved: str) -> tuple[str, Mapping[str, Any]]:
    """The type that WhatsApp judged; before anybody asked for that, the richest one there is.

    A template may hold several types; a channel that cannot show one gets the next (`twilio/text`).
    """
    types = {
        name: content
        for name, content in _object(item, "types").items()
        if isinstance(content, dict)
    }
    if approved in types:
        return approved, types[approved]
    if not types:
        return "", {}
    kind = min(types, key=lambda name: (name == "twilio/text", not name.startswith("whatsapp/")))
    return kind, types[kind]


def _body(content: Mapping[str, Any]) -> str:
    """The text that a contact reads, line by line; "" for a content without any of its own."""
    lines = [text for name in _LINES if (text := field_of(content, name)).strip()]
    text = "\n".join(lines)
    if len(text) > LONGEST_TEXT:
        raise _UnreadableTemplate("its text is too long")
    return text


def _variables(item: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, str]:
    """Every placeholder, also in links and buttons, with the provider's sample for it."""
    samples = _object(item, "variables")
    names = dict.fromkeys(
        name for text in _texts(content) for name in content_templates.placeholders(text)
    )
    if len(names) > MOST_VARIABLES:
        raise _UnreadableTemplate("it has too many variables")
    return {
        name: field_of(samples, name)[: content_templates.LONGEST_VALUE]
        for name in content_templates.in_order(names)
    }


def _texts(tree: object) -> Iterator[str]:
    """Every text in a content; the reader has bounded its depth."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, Sequence):
        for value in tree:
            yield from _texts(value)


def _reason(approval: Mapping[str, Any]) -> str:
    """Why it was rejected; Twilio leaves old reasons standing on templates that were approved."""
    if content_templates.status_of(field_of(approval, "status")) is ApprovalStatus.APPROVED:
        return ""
    return field_of(approval, "rejection_reason")[:LONGEST_TEXT]


def _object(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def _clipped(name: str) -> str:
    return " ".join(name[:LONGEST_NAME].split())
