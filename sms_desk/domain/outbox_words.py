"""A composed message's state and its doubt in words: the same on screen, command line and manual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sms_desk.domain.model import OutboxState

STATE_NAMES: Mapping[OutboxState, str] = MappingProxyType(
    {
        OutboxState.QUEUED: "Queued",
        OutboxState.CLAIMED: "Sending",
        OutboxState.SENDING: "Sending",
        OutboxState.HELD: "Held",
        OutboxState.IN_DOUBT: "Not confirmed",
        OutboxState.ASK: "Needs your decision",
        OutboxState.ACCEPTED: "Sent",
        OutboxState.REFUSED: "Not sent",
        OutboxState.WITHDRAWN: "Dropped",
    }
)

_DOUBTFUL = (OutboxState.IN_DOUBT, OutboxState.ASK)
_DOUBTS: Mapping[str, str] = MappingProxyType(
    {
        "crash": "SMS Desk ended in the very moment of sending",
        "no_sid": "the provider's answer named no message",
        "foreign_account": "the provider's answer was about another account",
        "truncated": "the provider's answer broke off",
        "not_json": "the provider's answer could not be read",
    }
)
BEHIND = "behind"
"""One of the same conversation goes first."""
_WAITS: Mapping[str, str] = MappingProxyType(
    {
        BEHIND: "the message before it goes first",
        "lane": "the same text to the same contact is looked up first",
        "rate_limited": "the provider asks to slow down",
        "credential": "the provider does not accept the secret",
    }
)
_HTTP = re.compile(r"http_(\d+)")


def doubt_words(reason: str) -> str:
    """Why nobody knows whether a message went, as half a sentence. reason: the stored word."""
    found = _HTTP.fullmatch(reason)
    if found:
        return f"the provider's answer was lost (error {found[1]})"
    if "timeout" in reason:
        return "the provider did not answer in time"
    return _DOUBTS.get(reason, "the provider's answer was lost")


def waiting_words(reason: str) -> str:
    """Why a queued message has not gone yet, as half a sentence; "" where nothing is in its way."""
    return _WAITS.get(reason, "the provider could not be reached") if reason else ""


def why(state: OutboxState, reason: str) -> str:
    """The doubt, or what a queued message waits for, as a sentence; "" where the state is neither."""
    said = ""
    if state in _DOUBTFUL:
        said = doubt_words(reason)
    elif state is OutboxState.QUEUED:
        said = waiting_words(reason)
    return f"{said[0].upper()}{said[1:]}." if said else ""
