"""What Twilio refuses, and how: error texts, test numbers, opt-out keywords.

Sources: https://www.twilio.com/docs/iam/test-credentials (magic numbers),
https://www.twilio.com/docs/api/errors (codes),
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (keywords, default texts).
The second family of magic numbers, accepted first and failing later, is the sandbox's own.
"""

from __future__ import annotations

import re

from .model import WHATSAPP, Refusal, Status

BODY_LIMIT = 1600  # characters; more is refused with 21617
MEDIA_LIMIT = 10
WHATSAPP_WINDOW_HOURS = 24

TEXTS = {
    20001: "The request did not match the API",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "Invalid 'To' Phone Number: {to}",
    21212: "Invalid From Number (caller ID): {sender}",
    21408: "Permission to send an SMS has not been enabled for the region "
    "indicated by the 'To' number: {to}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided ({sender}) is not a valid message-capable "
    "Twilio phone number for this destination.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' ({to}) "
    "and/or 'From' ({sender}) parameters",
    21614: "'To' number: {to}, is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
    21620: "Invalid media URL(s)",
    21623: "Number of media files exceeds allowed limit.",
    21655: "The ContentSid is invalid",
    21656: "The ContentVariables parameter is invalid",
    21701: "The Messaging Service does not exist.",
    21703: "The Messaging Service does not have a phone number available to send a message.",
    21712: "The 'From' number is not in the Messaging Service's sender pool.",
    21910: "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
    63007: "Twilio could not find a Channel with the specified From address",
}

DELIVERY_ERRORS = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
    30036: "Validity Period Expired",
    63040: "Template Rejected",
    63041: "Template Paused",
    63042: "Template Disabled",
    63016: "Failed to send freeform message because you are outside the allowed window. "
    "If you are using WhatsApp, please use a Message Template.",
}

REFUSED_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
REFUSED_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
ACCEPTED_FROM = frozenset({"+15005550006"})

FAILS_LATER = {
    "+15005553003": (Status.UNDELIVERED, 30003),
    "+15005553004": (Status.UNDELIVERED, 30004),
    "+15005553005": (Status.UNDELIVERED, 30005),
    "+15005553006": (Status.UNDELIVERED, 30006),
    "+15005553007": (Status.UNDELIVERED, 30007),
    "+15005553008": (Status.UNDELIVERED, 30008),
    "+15005553034": (Status.UNDELIVERED, 30034),
    "+15005556316": (Status.FAILED, 63016),
}
STAYS_QUEUED = "+15005559001"
STAYS_SENT = "+15005559002"

STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
STOP_TEXT = (
    "You have successfully been unsubscribed. You will not receive any more messages "
    "from this number. Reply START to resubscribe."
)
START_TEXT = (
    "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP_TEXT = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."

_E164 = re.compile(r"\+[1-9]\d{7,14}")
_ALPHA = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


def refusal(code: int, status: int = 400, **words: str) -> Refusal:
    """The refusal with Twilio's text for `code`, its placeholders filled from `words`."""
    return Refusal(code, TEXTS[code].format(**words), status)


def bare(address: str) -> str:
    """The number without its channel."""
    return address.removeprefix(WHATSAPP)


def is_number(address: str) -> bool:
    """Whether the address is a possible E.164 number, on either channel."""
    return _E164.fullmatch(bare(address)) is not None


def is_alpha(address: str) -> bool:
    """Whether the address is an alphanumeric sender: one to eleven characters, one a letter."""
    return _ALPHA.fullmatch(address) is not None


def takes_alpha(to: str) -> bool:
    """Whether a destination takes alphanumeric senders; the American numbering plan does not."""
    return not to.startswith("+1")


def keyword(body: str) -> str:
    """`stop`, `start` or `help` when the whole message is that keyword, else ""."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return "stop"
    if word in START_WORDS:
        return "start"
    return "help" if word in HELP_WORDS else ""


def segments(body: str) -> int:
    """How many parts the provider bills for a text (160/153 GSM-7, 70/67 UCS-2; 3GPP 23.038).

    Kept apart from the desk's own counter on purpose, so that the two can disagree in a test.
    """
    if set(body) <= _GSM | _GSM_EXTENSION:
        units = len(body) + sum(map(body.count, _GSM_EXTENSION))
        single, part = 160, 153
    else:
        units = len(body.encode("utf-16-be")) // 2
        single, part = 70, 67
    return 1 if units <= single else -(-units // part)
