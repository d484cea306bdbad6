"""Who a message is from or to: raw as sent, E.164 or none, and the key by which two spellings meet.

The two doors never mix (R53). What a provider says is taken literally and never gets a country:
`22000` is a short code and `TWILIO` a name. What a person types is read with that person's country
and refused with a reason where it could reach somebody else. A *possible* number is the hard
check in both; whether it is assigned is advice, since numbering plans change before tables do.

`phonenumbers` is imported at once: it costs 15 ms (measured 2026-11; its geocoder costs 367 ms and
is not used here).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel
from sms_desk.domain.plain_text import without_invisible


class AddressKind(StrEnum):
    PHONE = "phone"
    SHORT_CODE = "short_code"  # three to eight digits that work in one country only
    ALPHANUMERIC = "alphanumeric"  # a name with a letter; it receives nothing (R13)
    WHATSAPP_ID = "whatsapp_id"  # a WhatsApp user who hides the number
    UNKNOWN = "unknown"  # kept and shown, never written to


@dataclass(frozen=True, slots=True)
class Address:
    """One end of a message.

    raw: exactly as the provider sent it or the person typed it; a reply to an inbound goes here.
    e164: the full number with its plus, as spelt by the sender; None for all but phone numbers.
    key: equal for the spellings of one number, different for any two others. Not for sending.
    """

    raw: str
    e164: str | None
    key: str
    kind: AddressKind


# --- from a provider --------------------------------------------------------------------------

_WHATSAPP = "whatsapp:"
_PLUS_NUMBER = re.compile(r"\+[\d ().-]+")
_SHORT_CODE = re.compile(r"\d{3,8}")
_NAME = re.compile(r"(?=.*[^\W\d_])[^:@]{1,11}")
"""3GPP TS 23.040, 9.1.2.5: eleven septets; a letter tells a name from a number."""
_WHATSAPP_ID = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
"""Meta, "Business-scoped user IDs", 2026-05-28: `US.13491208655302741918`, `US.ENT.…` for a parent."""


def split_channel(raw: str) -> tuple[Channel, str]:
    """The channel of a provider's address and the address without its prefix, taken off once."""
    if raw[: len(_WHATSAPP)].lower() == _WHATSAPP:
        return Channel.WHATSAPP, raw[len(_WHATSAPP) :]
    return Channel.SMS, raw


@lru_cache(maxsize=4_096)
def from_provider(raw: str) -> Address:
    """The address that a provider named, whatever it is: never an error, never a guessed country."""
    channel, rest = split_channel(raw)
    text = _normal(rest)
    if _PLUS_NUMBER.fullmatch(text):
        return _international(raw, "+" + _digits(text))
    return Address(raw, None, text, _kind_without_plus(channel, text))


def _international(raw: str, plus_digits: str) -> Address:
    number = _parsed(plus_digits)
    if number is None:
        return Address(raw, None, plus_digits, AddressKind.UNKNOWN)
    e164 = _e164(number)
    if not phonenumbers.is_possible_number(phonenumbers.parse(_todays_spelling(e164))):
        return Address(raw, None, plus_digits, AddressKind.UNKNOWN)
    return Address(raw, e164, match_key(e164), AddressKind.PHONE)


def _kind_without_plus(channel: Channel, text: str) -> AddressKind:
    if _SHORT_CODE.fullmatch(text):
        return AddressKind.SHORT_CODE
    if channel is Channel.WHATSAPP and _WHATSAPP_ID.fullmatch(text):
        return AddressKind.WHATSAPP_ID
    if _NAME.fullmatch(text):
        return AddressKind.ALPHANUMERIC
    return AddressKind.UNKNOWN


_OLD_MEXICAN_MOBILE = re.compile(r"\+521(\d{10})")
_OLD_BRAZILIAN_MOBILE = re.compile(r"\+55([1-9]{2})([6-9]\d{7})")
_ARGENTINE_MOBILE = re.compile(r"\+549(\d{10})")


def match_key(e164: str) -> str:
    """The key of a full number: itself, but for three countries whose mobiles have two spellings.

    Mexico: mobiles lost the 1 after +52 in August 2019; WhatsApp still sends it.
    Brazil: mobiles gained a leading 9 (ANATEL, Resolução 553/2010, all areas since November 2016);
    WhatsApp still sends many without. Eight digits that begin with 2 to 5 are a landline, which
    never gained one; those that begin with 6 to 9 were mobiles. Nine digits stay as they are: a
    landline and the mobile with the same last eight are two people.
    Argentina: the 9 after +54 says mobile towards foreign callers only; the digits after it are
    the same number (libphonenumber, metadata of AR).
    """
    if found := _ARGENTINE_MOBILE.fullmatch(e164):
        return f"+54{found[1]}"
    return _todays_spelling(e164)


def _todays_spelling(e164: str) -> str:
    if found := _OLD_MEXICAN_MOBILE.fullmatch(e164):
        return f"+52{found[1]}"
    if found := _OLD_BRAZILIAN_MOBILE.fullmatch(e164):
        return f"+55{found[1]}9{found[2]}"
    return e164


_MEXICAN = re.compile(r"\+52(\d{10})")
_BRAZILIAN_MOBILE = re.compile(r"\+55([1-9]{2})9([6-9]\d{7})")
_ARGENTINE = re.compile(r"\+54(\d{10})")


def spellings(address: str) -> frozenset[str]:
    """All ways to write a full number that meet in its key; any other address has but one."""
    key = match_key(address)
    found = {address, key}
    if mexican := _MEXICAN.fullmatch(key):
        found.add(f"+521{mexican[1]}")
    if brazilian := _BRAZILIAN_MOBILE.fullmatch(key):
        found.add(f"+55{brazilian[1]}{brazilian[2]}")
    if argentine := _ARGENTINE.fullmatch(key):
        found.add(f"+549{argentine[1]}")
    return frozenset(found)


# --- answering and showing --------------------------------------------------------------------

_EMERGENCY = frozenset({"000", "110", "111", "112", "113", "118", "119", "911", "995", "999"})
"""Refused whatever the country: 112 and 911 (ITU-T E.161.1) and the commonest others."""


def is_answerable(address: Address) -> tuple[bool, str]:
    """Whether a reply can go to this address, and if not, why, for the composer to say (R53)."""
    if address.kind in (AddressKind.PHONE, AddressKind.WHATSAPP_ID):
        return True, ""
    return False, _why_not(address)


def _why_not(address: Address) -> str:
    if not address.key:
        return "The provider named no sender."
    if address.key.lstrip("+") in _EMERGENCY:
        return "This is an emergency number: the desk never writes to it."
    if address.kind is AddressKind.SHORT_CODE:  # Twilio error 21265
        return "This is a short code: it works inside one country only and takes no replies."
    if address.kind is AddressKind.ALPHANUMERIC:
        return "The sender is a name, not a number: a name cannot receive."
    if _PLUS_NUMBER.fullmatch(address.key):
        return "No number of this length exists in its country."
    if address.key.isdecimal():
        return "The number came without a country code, so it could be several people's."
    return "This is not a number that a text message can reach."


def display(address: Address, viewer_region: str | None = None) -> str:
    """The address for people: grouped and international; national within the viewer's region.

    An old Mexican or Brazilian spelling is grouped like today's, with its own digits.
    """
    if address.e164 is None:
        return address.key or "unknown"
    if found := _OLD_BRAZILIAN_MOBILE.fullmatch(address.e164):
        return f"+55 {found[1]} {found[2][:4]}-{found[2][4:]}"
    number = phonenumbers.parse(_todays_spelling(address.e164))
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    if _OLD_MEXICAN_MOBILE.fullmatch(address.e164):
        return shown.replace("+52 ", "+52 1 ", 1)
    if viewer_region and phonenumbers.region_code_for_number(number) == viewer_region.upper():
        return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return shown


# --- from a person ----------------------------------------------------------------------------

_SHORTEST_PLAIN = 7
"""A typed number with fewer digits and no plus is a service or emergency number almost anywhere."""
_TYPED = re.compile(r"\(?\+?[\d ()./-]+")
_VANITY = re.compile(r"[+\d][\d ()./-]*[A-Za-z]")
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "has too few digits for its country",
    ValidationResult.TOO_LONG: "has too many digits for its country",
    ValidationResult.INVALID_LENGTH: "has a number of digits that its country does not use",
    ValidationResult.INVALID_COUNTRY_CODE: "begins with a country code that does not exist",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
}
_WITH_PLUS = "Begin with + and the country code, as in +44 7700 900123."


def from_person(text: str, region: str | None) -> Address:
    """The phone number that a person typed, read in `region` (ISO 3166, None where not known).

    Raises UsageError, with what to type instead, for whatever might reach somebody else: no
    country, an extension, letters, two numbers, a short or emergency number.
    """
    typed = _as_typed(text)
    if not typed:
        raise UsageError("No number was given.", _WITH_PLUS)
    _refuse_short(typed, region)
    e164 = _todays_spelling(_e164(_read(typed, region)))
    _refuse_impossible(typed, phonenumbers.parse(e164))
    return Address(text, e164, match_key(e164), AddressKind.PHONE)


def _as_typed(text: str) -> str:
    typed = re.sub(r"[‐‑‒–—−]", "-", _normal(text)).removeprefix("tel:")
    typed = re.sub(r"\s", " ", typed).strip()
    return re.sub(r"^(\(?)00(?=[ ()./-]*[1-9])", r"\1+", typed)


def _refuse_short(typed: str, region: str | None) -> None:
    digits = _digits(typed)
    if digits in _EMERGENCY or (
        region and phonenumbers.is_emergency_number(digits, region.upper())
    ):
        raise UsageError(
            f"{digits} is an emergency number: the desk never writes to it.",
            "In an emergency, call it from a phone.",
        )
    if typed == digits and 0 < len(digits) < _SHORTEST_PLAIN:
        raise UsageError(
            f"{digits} is a short number: it works inside one country only and takes no replies.",
            "Type the whole number. " + _WITH_PLUS,
        )


def _read(typed: str, region: str | None) -> PhoneNumber:
    try:
        number = phonenumbers.parse(typed, region.upper() if region else None)
    except NumberParseException as failure:
        raise _unreadable(typed, failure) from None
    if number.extension:
        raise UsageError(
            f"A text message cannot reach an extension ({number.extension}).",
            "Leave the extension out, if the number itself receives texts.",
        )
    if _VANITY.match(typed):
        spelt = phonenumbers.convert_alpha_characters_in_number(typed)
        raise UsageError(f"“{typed}” has letters in it.", f"Type it in digits, such as {spelt}.")
    if not _TYPED.fullmatch(typed):
        raise UsageError(f"“{typed}” is not one phone number.", _WITH_PLUS)
    return number


def _unreadable(typed: str, failure: NumberParseException) -> UsageError:
    if failure.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        if typed.startswith(("+", "(+")):
            return UsageError(
                f"“{typed}” {_IMPOSSIBLE[ValidationResult.INVALID_COUNTRY_CODE]}.", _WITH_PLUS
            )
        return UsageError(f"The country of “{typed}” is not known.", _WITH_PLUS)
    return UsageError(f"“{typed}” is not a phone number.", _WITH_PLUS)


def _refuse_impossible(typed: str, number: PhoneNumber) -> None:
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        raise UsageError(f"“{typed}” {_IMPOSSIBLE[reason]}.", "Check the digits. " + _WITH_PLUS)


# --- searching --------------------------------------------------------------------------------


def spellings_key(query: str) -> str:
    """The digits by which a number typed in any spelling is found, to be sought inside keys.

    Empty where the query is not a number. A trunk zero, `(0)`, `00` and the old Mexican,
    Brazilian and Argentine spellings fall away: `0171 23` and `+49 171 23` both find +4917123….
    """
    typed = re.sub(r"\(0+\)", "", _as_typed(query))
    if not _TYPED.fullmatch(typed):
        return ""
    digits = _digits(typed)
    if typed.startswith(("+", "(+")):
        return match_key("+" + digits).removeprefix("+")
    return digits.lstrip("0")


# --- shared -----------------------------------------------------------------------------------


def _normal(text: str) -> str:
    """`text` without invisible characters, with every script's digits and plus as ASCII."""
    return "".join(map(_ascii_digit, without_invisible(text))).strip()


def _ascii_digit(character: str) -> str:
    if character == "＋":
        return "+"
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _parsed(plus_digits: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(plus_digits)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
