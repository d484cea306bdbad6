"""Whether a sender ID can be what it is said to be: its address against kind, channel and country,
its inbound number and its fallback (R11, R13, R14, R17, R41).

Every finding names its field. An *error* is impossible and blocks; a *warning* is advice: a number
that is possible but not assigned in the tables, or a country in which a source says that such a
sender does not work. Country rules never block, and where two sources differ both are told (R14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberType

from sms_desk.domain import addresses, registration
from sms_desk.domain.addresses import AddressKind
from sms_desk.domain.compliance import SenderIdCountry, Support
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Channel, Purpose, SenderDirection, SenderKind
from sms_desk.domain.registration import Registration


class Severity(StrEnum):
    ERROR = "error"  # cannot be; it is not taken
    WARNING = "warning"  # can be, and somebody should look


@dataclass(frozen=True, slots=True)
class Finding:
    """field: of the sender ID, or of its registration as in JSON (`india.header`). source: where
    it is written, with its date, where it is a fact of somebody else's."""

    field: str
    severity: Severity
    title: str
    next_step: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sender ID as it shall be. id: its own, so that it is not taken for another."""

    id: UUID | None
    channel: Channel
    address: str
    kind: SenderKind
    country: str = ""
    direction: SenderDirection = SenderDirection.BOTH
    purpose: Purpose = Purpose.DIRECT
    registration: Registration | None = None
    inbound_id: UUID | None = None
    fallback_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the rules look at of another sender ID of the directory."""

    channel: Channel
    address: str
    kind: SenderKind
    country: str
    direction: SenderDirection
    retired: bool = False
    inbound_id: UUID | None = None
    fallback_id: UUID | None = None


class Neighbours:
    """The directory as the rules look at it: by id, retired ones too."""

    def __init__(self, by_id: Mapping[UUID, Neighbour]) -> None:
        self._by_id = by_id
        self._answered = {
            each.inbound_id: each
            for each in by_id.values()
            if each.inbound_id is not None and not each.retired
        }

    def get(self, sender_id: UUID) -> Neighbour | None:
        return self._by_id.get(sender_id)

    def answered_at(self, sender_id: UUID) -> Neighbour | None:
        """One of those whose replies arrive there, if any do."""
        return self._answered.get(sender_id)


Countries = Mapping[str, SenderIdCountry]

_KINDS = {
    SenderKind.LONG_CODE: AddressKind.PHONE,
    SenderKind.TOLL_FREE: AddressKind.PHONE,
    SenderKind.WHATSAPP: AddressKind.PHONE,
    SenderKind.SHORT_CODE: AddressKind.SHORT_CODE,
    SenderKind.ALPHANUMERIC: AddressKind.ALPHANUMERIC,
}
KIND_NAMES: Mapping[SenderKind, str] = {
    SenderKind.LONG_CODE: "long code",
    SenderKind.SHORT_CODE: "short code",
    SenderKind.TOLL_FREE: "toll-free number",
    SenderKind.ALPHANUMERIC: "alphanumeric name",
    SenderKind.WHATSAPP: "WhatsApp number",
}
LONGEST_NAME = 11
_NAME = re.compile(r"[A-Za-z0-9 +\-_&]+")
NAME_SOURCE = "Twilio, Messaging Services API, AlphaSender (2026-03)"
"""Letters, digits, space, hyphen, plus, underscore, ampersand; not digits alone; at most eleven."""
_PROMOTIONAL_HEADER = re.compile(r"[0-9]{6}")
"""India's operators give promotional senders six digits and no name
(https://www.alibabacloud.com/help/en/sms/user-guide/a2p-sms-messaging-regulations-for-india)."""
_HEADER = re.compile(r"[A-Za-z]{6}|[0-9]{6}")
_BEGIN = "Begin with + and the country code, as in +44 7700 900123."


@dataclass(frozen=True, slots=True)
class _Read:
    """An address, and what numbering plans know of it; number None: it is no full number."""

    address: addresses.Address
    number: PhoneNumber | None = None
    kind: int = PhoneNumberType.UNKNOWN
    valid: bool = False
    region: str | None = None


@lru_cache(maxsize=1 << 16)
def _read(address: str) -> _Read:
    """Read once: a file of fifty thousand is looked at line by line more than once."""
    found = addresses.from_provider(addresses.split_channel(address.strip())[1])
    if found.e164 is None:
        return _Read(found)
    number = phonenumbers.parse(found.e164)
    region = phonenumbers.region_code_for_number(number)
    if region is None:  # in no country's plan, so of no type either
        return _Read(found, number)
    kind = phonenumbers.number_type(number)
    return _Read(found, number, kind, kind != PhoneNumberType.UNKNOWN, region)


def clean_address(address: str) -> str:
    """The address as the directory keeps it: a full number in E.164, anything else as it is."""
    found = _read(address).address
    return found.e164 or found.key


def channel_of(kind: SenderKind) -> Channel:
    """A WhatsApp number has the channel WhatsApp, and no other kind has."""
    return Channel.WHATSAPP if kind is SenderKind.WHATSAPP else Channel.SMS


def number_kind(address: str) -> SenderKind:
    """Whether a full number is toll-free in its country's plan, or a long code."""
    toll_free = _read(address).kind == PhoneNumberType.TOLL_FREE
    return SenderKind.TOLL_FREE if toll_free else SenderKind.LONG_CODE


def direction_of(kind: SenderKind) -> SenderDirection:
    """What a sender ID of this kind can do where nobody says: a name receives nothing (R13)."""
    one_way = kind is SenderKind.ALPHANUMERIC
    return SenderDirection.OUTGOING if one_way else SenderDirection.BOTH


def check(draft: Draft, others: Neighbours, countries: Countries) -> tuple[Finding, ...]:
    """All that is wrong or worth a look, errors first. others: the sender ID itself may stand among
    them."""
    found = [
        *_address(draft),
        *_country(draft, countries),
        *_directions(draft, others),
        *_inbound(draft, others),
        *_fallback(draft, others),
        *_registration(draft),
        *country_rules(draft, countries),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARNING))


def impossible_address(draft: Draft) -> Finding | None:
    """What alone makes the address impossible, whatever else stands in the directory; None where it
    can be."""
    return next(iter(errors(tuple(_address(draft)))), None)


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def _error(field: str, title: str, next_step: str = "", source: str = "") -> Finding:
    return Finding(field, Severity.ERROR, title, next_step, source)


def _warning(field: str, title: str, next_step: str = "", source: str = "") -> Finding:
    return Finding(field, Severity.WARNING, title, next_step, source)


# --- the address --------------------------------------------------------------------------------


def _address(draft: Draft) -> Iterator[Finding]:
    shown = _shown(draft.address)
    if draft.channel is not channel_of(draft.kind):
        yield _error(
            "channel",
            f"A{_kind(draft.kind)} does not send by {_channel_name(draft.channel)}.",
            "A WhatsApp number has the channel WhatsApp, and no other kind has.",
        )
    if not draft.address.strip():
        yield _error("address", "The sender ID has no address.", _BEGIN)
    elif draft.kind is SenderKind.ALPHANUMERIC:
        yield from _name(draft.address, draft.country)
    else:
        read = _read(draft.address)
        found = read.address
        if found.kind is not _KINDS[draft.kind]:
            yield _error(
                "address", f"“{shown}” is not a{_kind(draft.kind)}.", _instead(draft, found)
            )
        elif draft.kind is SenderKind.SHORT_CODE:
            yield from _short_code(found.key, draft.country)
        else:
            yield from _number(draft, read)


def kind_by_form(typed: str) -> SenderKind:
    """What a sender ID is by the form of what somebody typed, or a provider wrote; a long code where
    it has none."""
    channel, rest = addresses.split_channel(typed)
    if channel is Channel.WHATSAPP:
        return SenderKind.WHATSAPP
    found = addresses.from_provider(rest)
    return next((kind for kind, form in _KINDS.items() if form is found.kind), SenderKind.LONG_CODE)


def _kind(kind: SenderKind) -> str:
    """The kind's name behind an "a", or "an"."""
    return f"{'n' if kind is SenderKind.ALPHANUMERIC else ''} {KIND_NAMES[kind]}"


def _instead(draft: Draft, found: addresses.Address) -> str:
    """What such an address is, or what a right one looks like."""
    short = draft.kind is SenderKind.SHORT_CODE
    step = "A short code has three to eight digits and no plus." if short else _BEGIN
    if found.kind not in _KINDS.values():
        return step
    if found.kind is AddressKind.PHONE:
        return f"It is a whole number: choose another kind. {step}"
    like = f"It looks like a{_kind(kind_by_form(found.raw))}: choose that kind"
    return f"{like}. {step}" if short else f"{like}, or b{step[1:]}"


def _name(address: str, country: str) -> Iterator[Finding]:
    name = address.strip()
    if country.upper() == "IN" and _PROMOTIONAL_HEADER.fullmatch(name):
        return
    shown = _shown(name)
    if len(name) > LONGEST_NAME:
        yield _error(
            "address",
            f"“{shown}” is not an alphanumeric name: it has {len(name)} characters.",
            f"A name has at most {LONGEST_NAME}.",
            NAME_SOURCE,
        )
    wrong = sorted({each for each in name if not _NAME.fullmatch(each)})
    if wrong:
        yield _error(
            "address",
            f"“{shown}” holds {' '.join(map(_named_character, wrong[:5]))}.",
            "Use letters A to Z, digits, spaces and - + _ & only.",
            NAME_SOURCE,
        )
    elif not any(each.isalpha() for each in name):
        yield _error(
            "address",
            f"“{shown}” has no letter.",
            "A name has at least one: digits alone would be taken for a number. Only India's"
            " promotional headers are six digits; they need the country India.",
            NAME_SOURCE,
        )


def _named_character(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


def _short_code(code: str, country: str) -> Iterator[Finding]:
    """Lengths as libphonenumber's short number metadata of the country has them."""
    if not country:
        yield _warning(
            "country",
            "A short code works inside one country only.",
            "Say which: the same digits may be somebody else's elsewhere.",
        )
        return
    lengths = short_code_lengths(country)
    if lengths and len(code) not in lengths:
        known = ", ".join(map(str, lengths))
        yield _error(
            "address",
            f"{code} has {len(code)} digits; short codes in {country.upper()} have {known}.",
            "Check the digits and the country.",
            "libphonenumber, short number metadata",
        )


def short_code_lengths(country: str) -> tuple[int, ...]:
    """How many digits short numbers have in a country; empty where nobody knows."""
    metadata = PhoneMetadata.short_metadata_for_region(country.upper())
    if metadata is None or metadata.general_desc is None:
        return ()
    return tuple(sorted(metadata.general_desc.possible_length))


def _number(draft: Draft, read: _Read) -> Iterator[Finding]:
    kind = read.kind
    shown = _shown(draft.address)
    if draft.kind is SenderKind.TOLL_FREE and kind != PhoneNumberType.TOLL_FREE:
        title = f"{shown} is not toll-free in its country's plan."
        step = "Choose the kind long code, or check the number."
        if kind == PhoneNumberType.UNKNOWN:
            yield _warning("kind", f"Nobody can tell whether {shown} is toll-free.", step)
        else:
            yield _error("kind", title, step, "libphonenumber")
    elif draft.kind is SenderKind.LONG_CODE and kind == PhoneNumberType.TOLL_FREE:
        yield _warning(
            "kind", f"{shown} is toll-free.", "Choose that kind: carriers treat it as such."
        )
    if not read.valid:
        yield _warning(
            "address",
            f"{shown} is possible, but its range is not known to be in use.",
            "Check the digits; numbering plans change before tables do.",
            "libphonenumber",
        )


# --- the country --------------------------------------------------------------------------------


def _country(draft: Draft, countries: Countries) -> Iterator[Finding]:
    country = draft.country.upper()
    if not country:
        return
    if country not in countries and country not in phonenumbers.SUPPORTED_REGIONS:
        yield _error(
            "country", f"“{_shown(draft.country)}” is no country.", "Two letters, such as US or IN."
        )
        return
    read = _read(draft.address)
    number = read.number
    if _KINDS[draft.kind] is not AddressKind.PHONE or number is None:
        return
    code = number.country_code or 0
    if code != phonenumbers.country_code_for_region(country):
        regions = phonenumbers.region_codes_for_country_code(code)
        theirs = ", ".join(regions[:3]) + (" and others" if len(regions) > 3 else "")
        if theirs == "001":  # a number of no country, such as +800
            yield _warning("country", f"+{code} belongs to no country.")
            return
        yield _error(
            "country",
            f"+{code} is not the country code of {country}.",
            f"It is that of {theirs}." if theirs else "Check the number.",
            "libphonenumber",
        )
        return
    region = read.region
    if region is not None and region != country:
        yield _warning(
            "country",
            f"The number's area belongs to {region}, not to {country}.",
            f"Choose {region}, unless the provider says otherwise.",
            "libphonenumber",
        )


def country_of(address: str) -> str:
    """The country of a full number, as ISO 3166; "" where its plan leaves it open."""
    region = _read(address).region
    return region if region and len(region) == 2 else ""


# --- directions, inbound number, fallback ----------------------------------------------------------


def _directions(draft: Draft, others: Neighbours) -> Iterator[Finding]:
    if draft.kind is SenderKind.ALPHANUMERIC and draft.direction is not SenderDirection.OUTGOING:
        yield _error(
            "direction",
            "An alphanumeric name receives nothing.",
            "Let it send only, and name the number that its replies go to.",
        )
    if draft.id is not None and draft.direction is SenderDirection.OUTGOING:
        other = others.answered_at(draft.id)
        if other is not None:
            yield _error(
                "direction",
                f"The replies to {_shown(other.address)} arrive here.",
                "Name another inbound number there first.",
            )


def _inbound(draft: Draft, others: Neighbours) -> Iterator[Finding]:
    if draft.inbound_id is None:
        if draft.direction is SenderDirection.OUTGOING and draft.purpose is not Purpose.SERVICE:
            yield _warning(
                "inbound",
                "Nobody can answer what it sends.",
                "Name the number that replies go to, or say in the text that there is none.",
            )
        return
    if draft.inbound_id == draft.id:
        yield _error("inbound", "A sender ID is not its own inbound number.", "Choose another.")
        return
    inbound = others.get(draft.inbound_id)
    if inbound is None:
        yield _error("inbound", "There is no such inbound number.", "Choose another.")
        return
    if draft.direction is not SenderDirection.OUTGOING:
        yield _error(
            "inbound",
            "It receives itself, so it has no other inbound number.",
            "Let it send only, or take the inbound number away.",
        )
    if inbound.direction is SenderDirection.OUTGOING:
        yield _error(
            "inbound",
            f"{_shown(inbound.address)} receives nothing.",
            "Choose a number that can receive.",
        )
    if inbound.channel is not draft.channel:
        yield _error(
            "inbound",
            f"{_shown(inbound.address)} receives by {_channel_name(inbound.channel)}.",
            "The inbound number is on the same channel.",
        )
    if inbound.retired:
        yield _warning("inbound", f"{_shown(inbound.address)} is retired.", "Choose another.")


def _fallback(draft: Draft, others: Neighbours) -> Iterator[Finding]:
    if draft.fallback_id is None:
        return
    if draft.fallback_id == draft.id:
        yield _error("fallback", "A sender ID is not its own fallback.", "Choose another.")
        return
    fallback = others.get(draft.fallback_id)
    if fallback is None:
        yield _error("fallback", "There is no such fallback.", "Choose another.")
        return
    if fallback.channel is not draft.channel:
        yield _error(
            "fallback",
            f"{_shown(fallback.address)} is on {_channel_name(fallback.channel)}.",
            "The fallback is on the same channel; the other one stays unaffected.",
        )
    if _leads_back(draft, others):
        yield _error(
            "fallback",
            f"{_shown(fallback.address)} leads back to this sender ID.",
            "Fallbacks must not go round in a circle.",
        )
    if fallback.direction is SenderDirection.INCOMING:
        yield _error("fallback", f"{_shown(fallback.address)} sends nothing.", "Choose another.")
    if fallback.retired:
        yield _warning("fallback", f"{_shown(fallback.address)} is retired.", "Choose another.")
    if draft.country and fallback.country and draft.country.upper() != fallback.country.upper():
        yield _warning(
            "fallback",
            f"{_shown(fallback.address)} is in {fallback.country.upper()}.",
            "Contacts will see a foreign number.",
        )


def _leads_back(draft: Draft, others: Neighbours) -> bool:
    seen, at = set[UUID](), draft.fallback_id
    while at is not None and at not in seen:
        if at == draft.id:
            return True
        seen.add(at)
        there = others.get(at)
        at = None if there is None else there.fallback_id
    return False


# --- registration, and what a country allows ---------------------------------------------------------


def _registration(draft: Draft) -> Iterator[Finding]:
    said = draft.registration or Registration()
    for wrong in registration.errors(said):
        yield _error(wrong.field, wrong.title, wrong.next_step)
    india = said.india
    domestic = india is not None and india.domestic
    if india is not None:
        for name in india.missing():
            yield _warning(
                f"india.{name}",
                "The domestic route needs it.",
                "Copy it from the operator's DLT portal: until then sends are held.",
            )
    if draft.kind is not SenderKind.ALPHANUMERIC or not (domestic or draft.country.upper() == "IN"):
        return
    name = draft.address.strip()
    if not _HEADER.fullmatch(name):
        title = f"“{_shown(name)}” is no Indian header: six letters, or six digits."
        step = "The operator adds the suffix -P, -S, -T or -G."
        yield _error("address", title, step) if domestic else _warning("address", title, step)
    elif india is not None and india.header and india.header.upper() != name.upper():
        yield _warning(
            "india.header",
            f"The header {_shown(india.header)} is not the name that it sends as.",
            f"Register {_shown(name)}, or send as {_shown(india.header)}.",
        )


def country_rules(draft: Draft, countries: Countries) -> Iterator[Finding]:
    """What sources say of such a sender in its country: always advice (R14)."""
    country = countries.get(draft.country.upper())
    if country is None:
        return
    if draft.kind is SenderKind.ALPHANUMERIC:
        yield from _names_in(country)
        return
    receives = draft.direction is not SenderDirection.OUTGOING
    codes_source = f"{country.provider}, {country.as_of}: {country.codes_source}"
    if draft.kind is SenderKind.LONG_CODE and receives and country.two_way_long_code is Support.NO:
        yield _warning(
            "country",
            f"{country.provider} offers no two-way long codes in {country.name}.",
            "Send a test and answer it before relying on replies.",
            codes_source,
        )
    if receives and country.two_way_long_code is Support.INBOUND_ONLY:
        yield _warning(
            "country",
            f"In {country.name} numbers receive, but replies leave from another sender.",
            "Contacts may see an unknown number.",
            codes_source,
        )
    if draft.kind is SenderKind.SHORT_CODE and country.short_code is Support.NO:
        yield _warning(
            "country",
            f"{country.provider} offers no short codes in {country.name}.",
            "Ask your provider.",
            codes_source,
        )


def _names_in(country: SenderIdCountry) -> Iterator[Finding]:
    first, second = country.alphanumeric, country.second_alphanumeric
    own = f"{country.provider}, {country.as_of}: {country.source}"
    if country.sources_disagree:
        yield _warning(
            "country",
            f"Sources differ on names as senders in {country.name}:"
            f" {country.provider} says {_support_words(first)}, Twilio said"
            f" {_support_words(second)} in 2017.",
            "Ask your provider, or send a test.",
            f"{own}; Twilio, 2017: {country.second_source}",
        )
    elif first is Support.NO:
        yield _warning(
            "country",
            f"Names as senders do not work in {country.name}.",
            "They are replaced or refused there: use a number.",
            own,
        )
    elif first is Support.REGISTRATION:
        yield _warning(
            "country",
            f"Names must be registered in {country.name}.",
            "Unregistered ones are replaced or blocked.",
            own,
        )


def _support_words(support: Support) -> str:
    return {
        Support.YES: "yes",
        Support.NO: "no",
        Support.REGISTRATION: "only registered",
    }.get(support, "nothing")


def _channel_name(channel: Channel) -> str:
    return {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}[channel]


def _shown(text: str) -> str:
    """An address within a sentence: bounded."""
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:39]}…"
