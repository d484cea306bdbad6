"""What counts as a complaint about a program's messages (R18, R47).

Two things, counted apart from opt-outs: a customer asks to hear no more in words that no provider
acts on (`compliance.Meaning.TRIAGE`), and a carrier throws a message away as spam, which it does
where its own customers complained.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sms_desk.domain.compliance import Meaning

KEYWORDS = (Meaning.TRIAGE.value,)
"""What intake writes beside an inbound message that is one."""

CODES: Mapping[str, str] = MappingProxyType(
    {
        "30007": "filtered as spam",  # https://www.twilio.com/docs/api/errors/30007
    }
)
"""The provider's codes on a message of ours that say so, as strings, with what they say.

Only codes that speak of the text or of complaints: 21610 is an opt-out, 30003 to 30006 say that
nobody was reached, 30034 that a number is not registered.
"""
