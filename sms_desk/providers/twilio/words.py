"""Twilio's error codes in plain words (https://www.twilio.com/docs/api/errors)."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import replace

from sms_desk.domain.health import Fault
from sms_desk.providers.base import ErrorWords
from sms_desk.settings.resources import resource_path

_LASTING = frozenset(
    {
        *("21211", "21217", "21265", "21266", "21268", "21604"),  # no number that takes messages
        *("21614", "21635", "30005", "30006", "63003", "63031"),  # a landline, or not in use
        *("21610", "30004", "63014", "63033"),  # the contact does not want them
        *("63040", "63041", "63042"),  # the template itself is refused (R42)
        "63016",  # the WhatsApp window is closed; only the contact opens it (R42)
        *("21602", "21605", "21617", "21619"),  # no text, or too long a one
        *("30007", "63005", "63013", "63021"),  # filtered, or against the channel's rules
    }
)
"""Codes about the recipient or the text: only another number, another text, or the contact can
change the answer (https://www.twilio.com/docs/api/errors)."""


_FAULTS = {
    **dict.fromkeys(("30007", "30450", "63049"), Fault.FILTERED),
    **dict.fromkeys(
        ("30002", "30032", "30033", "30034", "30037", "63001", "63008", "63020", "63022"),
        Fault.STOPPED,
    ),
}
"""Codes about the sender ID: unregistered, suspended, not verified, or taken for unwanted."""


@functools.cache
def error_words() -> Mapping[str, ErrorWords]:
    """The codes that a rep meets, in plain words (`resources/providers/twilio_errors.csv`)."""
    with resource_path("providers", "twilio_errors.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: ErrorWords(
                row["title"],
                row["next_step"],
                lasting=row["code"] in _LASTING,
                fault=_FAULTS.get(row["code"], Fault.NONE),
            )
            for row in csv.DictReader(file)
        }


def describe(code: str, text: str = "") -> ErrorWords:
    """A code in plain words and what to do; unknown codes show the provider's own text."""
    if words := error_words().get(code):
        return words
    title = _sentence(text) or (
        f"The provider reported error {code}." if code else "The provider gave no reason."
    )
    page = f"See https://www.twilio.com/docs/api/errors/{code}." if code.isdecimal() else ""
    return ErrorWords(title, page, known=False)


def _sentence(text: str) -> str:
    """The provider's own text, which mostly has no full stop, such that more may follow it."""
    text = text.rstrip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


_SIGNALWIRE_CODES = "https://developer.signalwire.com/rest/compatibility-api/overview/error-codes"


def describe_signalwire(code: str, text: str = "") -> ErrorWords:
    """SignalWire reports by Twilio's codes, and has some of its own."""
    words = describe(code, text)
    if not words.known:
        return replace(words, next_step=f"See {_SIGNALWIRE_CODES}." if code else "")
    title, next_step = map(_of_signalwire, (words.title, words.next_step))
    return replace(words, title=title, next_step=next_step)


def _of_signalwire(words: str) -> str:
    for theirs, ours in _OF_SIGNALWIRE:
        words = words.replace(theirs, ours)
    return words


_OF_SIGNALWIRE = (
    ("Twilio's Console", "the SignalWire dashboard"),
    ("status.twilio.com", "status.signalwire.com"),
    ("Twilio", "SignalWire"),
)
