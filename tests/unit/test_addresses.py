"""R1, R53 and the classes 116–124 of bad addresses: nobody is merged with, or mistaken for, another."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import addresses
from sms_desk.domain.addresses import AddressKind, from_person, from_provider
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel

US = "+12025550123"


@pytest.mark.parametrize(
    ("raw", "kind", "e164", "key"),
    [
        (US, "phone", US, US),
        ("+1 (202) 555-0123", "phone", US, US),
        ("whatsapp:" + US, "phone", US, US),
        ("WhatsApp:" + US, "phone", US, US),
        ("\u202a" + US + "\u202c", "phone", US, US),
        ("+1202\u200b555\ufe0f0123\u3164", "phone", US, US),
        ("+١٢٠٢٥٥٥٠١٢٣", "phone", US, US),
        ("＋１２０２５５５０１２３", "phone", US, US),
        ("+390612345678", "phone", "+390612345678", "+390612345678"),
        ("+4407700900123", "phone", "+447700900123", "+447700900123"),
        ("22000", "short_code", None, "22000"),
        ("٢٢٠٠٠", "short_code", None, "22000"),
        ("911", "short_code", None, "911"),
        ("TWILIO", "alphanumeric", None, "TWILIO"),
        ("AD-HDFCBK", "alphanumeric", None, "AD-HDFCBK"),
        ("whatsapp:US.13491208655302741918", "whatsapp_id", None, "US.13491208655302741918"),
        ("whatsapp:US.ENT.118157992128", "whatsapp_id", None, "US.ENT.118157992128"),
        ("US.1349", "alphanumeric", None, "US.1349"),
        ("", "unknown", None, ""),
        (" \u200e ", "unknown", None, ""),
        ("+", "unknown", None, "+"),
        ("+22000", "unknown", None, "+22000"),
        ("+1202555012345", "unknown", None, "+1202555012345"),
        ("+" + "9" * 400, "unknown", None, "+" + "9" * 400),
        ("12025550123", "unknown", None, "12025550123"),
        ("2025550123", "unknown", None, "2025550123"),
        ("whatsapp:whatsapp:" + US, "unknown", None, "whatsapp:" + US),
        (US + ";ext=4", "unknown", None, US + ";ext=4"),
        ("client:robin", "unknown", None, "client:robin"),
        ("ANAMETOOLONGFORANSMS", "unknown", None, "ANAMETOOLONGFORANSMS"),
    ],
)
def test_r53_provider_input_is_taken_literally(
    raw: str, kind: str, e164: str | None, key: str
) -> None:
    found = from_provider(raw)
    assert (found.raw, found.kind, found.e164, found.key) == (raw, kind, e164, key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5215512345678", "+525512345678"),
        ("+551187654321", "+5511987654321"),
        ("+551161234567", "+5511961234567"),
        ("whatsapp:+559187654321", "+5591987654321"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_r53_two_spellings_of_one_mobile_meet(one: str, other: str) -> None:
    assert from_provider(one).key == from_provider(other).key
    assert from_provider(one).e164 == one.removeprefix("whatsapp:")  # what was sent stays


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+551133334444", "+5511933334444"),  # a landline, and a mobile with the same last eight
        ("+551153334444", "+5511953334444"),
        ("+558001234567", "+5580901234567"),  # 0800 is no area code
        ("+22000", "22000"),
        ("12025550123", US),
        ("+525512345678", "+5255123456789"),
        ("twilio", "TWILIO"),
    ],
)
def test_r53_two_people_never_meet(one: str, other: str) -> None:
    assert from_provider(one).key != from_provider(other).key


@pytest.mark.parametrize("landline", [f"+5511{first}3334444" for first in "2345"])
def test_r53_a_brazilian_landline_never_gains_a_nine(landline: str) -> None:
    assert addresses.match_key(landline) == landline


@given(st.text(max_size=40) | st.from_regex(r"(whatsapp:)?\+?\d{0,18}", fullmatch=True))
def test_r53_any_provider_text_is_kept_and_none_is_an_error(raw: str) -> None:
    found = from_provider(raw)
    assert found.raw == raw
    assert (found.e164 is not None) == (found.kind is AddressKind.PHONE)
    possible, reason = addresses.is_answerable(found)
    assert possible == (not reason)
    assert addresses.display(found)


@given(st.from_regex(r"\+(52|55|54|1|44|39)\d{8,11}", fullmatch=True))
def test_r53_the_match_key_is_its_own_key(e164: str) -> None:
    key = addresses.match_key(e164)
    assert addresses.match_key(key) == key


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("22000", "short code"),
        ("TWILIO", "cannot receive"),
        ("", "no sender"),
        ("911", "emergency"),
        ("+22000", "length"),
        ("2025550123", "country code"),
        ("client:robin", "not a number"),
        (US + ";ext=4", "not a number"),
    ],
)
def test_r53_an_unanswerable_sender_says_why(raw: str, reason: str) -> None:
    possible, why = addresses.is_answerable(from_provider(raw))
    assert not possible
    assert reason in why


@pytest.mark.parametrize("raw", [US, "+5215512345678", "whatsapp:US.1349"])
def test_r53_numbers_and_whatsapp_ids_are_answerable(raw: str) -> None:
    assert addresses.is_answerable(from_provider(raw)) == (True, "")


def test_r1_the_channel_comes_from_the_prefix_once() -> None:
    assert addresses.split_channel("whatsapp:" + US) == (Channel.WHATSAPP, US)
    assert addresses.split_channel(US) == (Channel.SMS, US)
    assert addresses.split_channel("whatsapp:whatsapp:x") == (Channel.WHATSAPP, "whatsapp:x")


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        (US, None, US),
        ("(202) 555-0123", "us", US),
        ("202–555–0123", "US", US),
        ("tel:+1-202-555-0123", None, US),
        ("\u202a+1\u00a0202\u00a0555\u00a00123\u202c", None, US),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("0044 7700 900123", "DE", "+447700900123"),
        ("00 44 7700 900123", "US", "+447700900123"),
        ("(0044) 7700 900123", None, "+447700900123"),
        ("011 44 7700 900123", "US", "+447700900123"),
        ("٠١٧١ ٢٣٤٥٦٧٨", "DE", "+491712345678"),
        ("06 1234 5678", "IT", "+390612345678"),  # the zero is part of an Italian number
        ("+39 06 1234 5678", None, "+390612345678"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("+55 11 8765-4321", None, "+5511987654321"),
        ("+54 9 11 2345-6789", None, "+5491123456789"),
    ],
)
def test_r62_a_typed_number_becomes_a_full_one(text: str, region: str | None, e164: str) -> None:
    found = from_person(text, region)
    assert (found.raw, found.e164, found.kind) == (text, e164, AddressKind.PHONE)
    assert found.key == addresses.match_key(e164)


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("", "US", "No number"),
        ("2025550123", None, "country"),
        ("2025550123", "XX", "country"),
        ("+999 1234567", None, "country code that does not exist"),
        ("+1202555012", None, "too few"),
        ("+1 202 555 01234", None, "too many"),
        ("555 0123", "US", "area code"),
        ("202-555-0123 ext. 5", "US", "extension (5)"),
        (US + ";ext=5", None, "extension (5)"),
        ("1-800-FLOWERS", "US", "letters"),
        ("call 202 555 0123", "US", "not one phone number"),
        ("+1 202 555 0123 / +1 202 555 0124", None, "not a phone number"),
        ("*31#" + US, "US", "not a phone number"),
        ("hello", "US", "not a phone number"),
        ("911", "US", "emergency"),
        ("9-1-1", "US", "emergency"),
        ("٩١١", None, "emergency"),
        ("+112", None, "emergency"),
        ("110", "DE", "emergency"),
        ("17", "FR", "emergency"),
        ("22000", "US", "short number"),
        ("22000", None, "short number"),
        ("00", "DE", "short number"),
    ],
)
def test_r62_an_impossible_number_is_explained(text: str, region: str | None, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        from_person(text, region)
    assert reason in refused.value.title
    assert refused.value.next_step


def test_r62_a_vanity_number_is_shown_in_digits() -> None:
    with pytest.raises(UsageError) as refused:
        from_person("1-800-FLOWERS", "US")
    assert "1-800-3569377" in refused.value.next_step


@given(st.text(max_size=30) | st.text(alphabet="+0123456789 ()-.", max_size=24))
def test_r62_whatever_is_typed_is_a_number_or_a_reason(text: str) -> None:
    with contextlib.suppress(UsageError):
        found = from_person(text, "GB")
        assert from_provider(found.e164 or "").key == found.key


@pytest.mark.parametrize(
    ("raw", "region", "shown"),
    [
        (US, None, "+1 202-555-0123"),
        (US, "us", "(202) 555-0123"),
        (US, "GB", "+1 202-555-0123"),
        ("+5215512345678", "MX", "+52 1 55 1234 5678"),
        ("+559187654321", "BR", "+55 91 8765-4321"),
        ("22000", "US", "22000"),
        ("\u202eTWILIO", None, "TWILIO"),
        ("", None, "unknown"),
    ],
)
def test_r53_a_number_is_shown_with_its_own_digits(
    raw: str, region: str | None, shown: str
) -> None:
    assert addresses.display(from_provider(raw), region) == shown


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("0171 234", "+491712345678"),
        ("+49 171", "+491712345678"),
        ("0049171", "+491712345678"),
        ("(+49) 171", "+491712345678"),
        ("+49 (0)171", "+491712345678"),
        ("٠١٧١", "+491712345678"),
        ("(202) 555-01", US),
        ("06 1234", "+390612345678"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+55 11 8765-4321", "+5511987654321"),
        ("+54 9 11 2345 6789", "+5491123456789"),
    ],
)
def test_r44_a_number_is_found_in_any_spelling(query: str, number: str) -> None:
    key = addresses.spellings_key(query)
    assert key
    assert key in from_provider(number).key


@pytest.mark.parametrize("query", ["", "hello", "room 12", "a+b", "12:30", "50%"])
def test_r44_words_are_no_number(query: str) -> None:
    assert addresses.spellings_key(query) == ""


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("+5215512345678", "+525512345678"),
        ("+5511987654321", "+551187654321"),
        ("+5491112345678", "+541112345678"),
    ],
)
def test_r53_all_spellings_of_a_number_are_known(address: str, other: str) -> None:
    assert addresses.spellings(address) == addresses.spellings(other) == {address, other}


@pytest.mark.parametrize("address", ["+551132345678", "+5511932345678", "22000", "TWILIO", "+521"])
def test_r53_a_landline_a_code_and_a_name_have_one_spelling(address: str) -> None:
    assert addresses.spellings(address) == {address}


@given(st.from_regex(r"\+5[245][0-9]{9,11}", fullmatch=True))
def test_r53_spellings_are_those_with_one_key(address: str) -> None:
    for one in addresses.spellings(address):
        assert addresses.match_key(one) == addresses.match_key(address)
        assert addresses.spellings(one) == addresses.spellings(address)
