"""WhatsApp's approved templates: a text with placeholders such as `{{1}}` or `{{name}}` (R36, R42).

Only the template's own text is read for placeholders; what they are filled with is literal, also
where it looks like one. The desk's own templates for free text are `domain.templates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import ApprovalStatus

# Names: letters, digits and `_`, at most 16 (https://www.twilio.com/docs/content/using-variables-with-content-api);
# anything else in double braces is text, as it is at the provider.
_PLACE = re.compile(r"\{\{\s{0,4}(?P<name>[A-Za-z0-9_]{1,40})\s{0,4}\}\}")
_UNFIT = re.compile(r"[\n\r\t\v\f\x85\u2028\u2029]| {5}")
LONGEST_VALUE = 1_600


def placeholders(text: str) -> tuple[str, ...]:
    """The names of the placeholders in `text`, each once; numbers in their order, then words."""
    found = dict.fromkeys(match["name"] for match in _PLACE.finditer(text))
    return in_order(found)


def in_order(names: Mapping[str, object]) -> tuple[str, ...]:
    """Numbered ones by number, then named ones as they come."""
    numbered = sorted((name for name in names if _is_number(name)), key=lambda n: (int(n), n))
    return (*numbered, *(name for name in names if not _is_number(name)))


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with every placeholder that has a value filled, once; the others stay as they are."""
    return _PLACE.sub(lambda match: values.get(match["name"]) or match[0], text)


def missing(names: Mapping[str, object], values: Mapping[str, str]) -> tuple[str, ...]:
    """The names without a value; white space alone counts as none, as it does at the provider."""
    return tuple(name for name in in_order(names) if not values.get(name, "").strip())


def checked(names: Mapping[str, object], values: Mapping[str, str]) -> dict[str, str]:
    """The values to send: one for each name, all fit for WhatsApp.

    names: every placeholder of the template. Raises UsageError that says which is missing (R36),
    is unknown, or holds what WhatsApp does not take in a value: a line break, a tab, five spaces
    in a row, or more than 1,600 characters (https://www.twilio.com/docs/api/errors/21656, 21658).
    """
    lacking = missing(names, values)
    if lacking:
        raise UsageError(
            f"No value for {', '.join(f'{{{{{name}}}}}' for name in lacking)}.",
            "Fill in every blank of the template.",
        )
    unknown = [name for name in values if name not in names]
    if unknown:
        raise UsageError(
            f"The template has no {{{{{unknown[0]}}}}}.",
            f"It has {', '.join(f'{{{{{name}}}}}' for name in in_order(names)) or 'no blanks'}.",
        )
    for name in in_order(names):
        if why := unfit(values[name]):
            raise UsageError(f"The value for {{{{{name}}}}} {why}.", "Write it on one line.")
    return {name: values[name] for name in in_order(names)}


def unfit(value: str) -> str:
    """Why WhatsApp would not take the value; "" where it would."""
    if len(value) > LONGEST_VALUE:
        return f"is longer than {LONGEST_VALUE:,} characters"
    if _UNFIT.search(value):
        return "holds a line break, a tab or five spaces in a row"
    return ""


# --- approval -------------------------------------------------------------------------------------

_STATUS_WORDS: Mapping[str, ApprovalStatus] = {
    "received": ApprovalStatus.PENDING,
    "submitted": ApprovalStatus.PENDING,
    "in_review": ApprovalStatus.PENDING,
    "in_appeal": ApprovalStatus.PENDING,
}


def status_of(word: str) -> ApprovalStatus:
    """The provider's word for an approval; no word at all means that nobody asked for one."""
    plain = word.strip().casefold().replace(" ", "_")
    if not plain:
        return ApprovalStatus.UNSUBMITTED
    try:
        return ApprovalStatus(plain)
    except ValueError:
        return _STATUS_WORDS.get(plain, ApprovalStatus.OTHER)


def why_not(status: ApprovalStatus, *, word: str = "", reason: str = "", gone: bool = False) -> str:
    """Why a template cannot be sent, in one sentence; "" where it can.

    word: the provider's own, for a status that we do not know. reason: of a rejection.
    """
    if gone:
        return "The provider lists it no longer."
    if status is ApprovalStatus.REJECTED and reason.strip():
        return f"WhatsApp rejected it: {' '.join(reason.split())}"
    return {
        ApprovalStatus.APPROVED: "",
        ApprovalStatus.PENDING: "WhatsApp has not approved it yet.",
        ApprovalStatus.REJECTED: "WhatsApp rejected it.",
        ApprovalStatus.PAUSED: "WhatsApp has paused it, because contacts marked it as unwanted.",
        ApprovalStatus.DISABLED: "WhatsApp has disabled it.",
        ApprovalStatus.UNSUBMITTED: "It was never submitted to WhatsApp.",
        ApprovalStatus.OTHER: f"The provider calls it “{word}”, which is not approved.",
    }[status]
