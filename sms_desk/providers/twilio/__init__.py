"""Twilio: SMS, MMS and WhatsApp by its 2010 API; SignalWire speaks the same at its own address.

The API: https://www.twilio.com/docs/messaging/api/message-resource. SignalWire's copy of it:
https://signalwire.com/docs/compatibility-api/rest/overview. What a provider really does, where it
differs from its pages, stands beside the code that copes with it.
"""

from .account import SIGNALWIRE, TWILIO, Dialect, TwilioProvider, make_signalwire, make_twilio
from .words import describe, describe_signalwire, error_words

__all__ = [
    "SIGNALWIRE",
    "TWILIO",
    "Dialect",
    "TwilioProvider",
    "describe",
    "describe_signalwire",
    "error_words",
    "make_signalwire",
    "make_twilio",
]
