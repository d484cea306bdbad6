"""R11, R13, R14, R17, R41: what a sender ID can be, field by field."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import sender_policy
from sms_desk.domain.model import Channel, Purpose, SenderDirection, SenderKind
from sms_desk.domain.registration import India, Registration, Route
from sms_desk.domain.sender_policy import (
    Draft,
    Finding,
    Neighbour,
    Neighbours,
    Severity,
    kind_by_form,
)
from sms_desk.settings import facts
from sms_desk.settings.resources import resource_path

ME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
BOTH, OUT, IN = SenderDirection.BOTH, SenderDirection.OUTGOING, SenderDirection.INCOMING
NAMES = SenderKind.ALPHANUMERIC
NUMBER = Draft(ME, Channel.SMS, "+12025550101", SenderKind.LONG_CODE, "US")
NAME = Draft(ME, Channel.SMS, "FERNHILL", NAMES, "GB", OUT, inbound_id=OTHER)
PARTNER = Neighbour(Channel.SMS, "+447700900130", SenderKind.LONG_CODE, "GB", BOTH)
NOBODY = Neighbours({})


def check(draft: Draft, others: Neighbours = NOBODY) -> tuple[Finding, ...]:
    return sender_policy.check(draft, others, facts.sender_id_countries())


def wrong(draft: Draft, others: Neighbours = NOBODY) -> set[str]:
    """The fields with an error."""
    return {each.field for each in sender_policy.errors(check(draft, others))}


def advice(draft: Draft, others: Neighbours = NOBODY) -> set[str]:
    return {each.field for each in check(draft, others) if each.severity is Severity.WARNING}


def beside(**changes: object) -> Neighbours:
    return Neighbours({OTHER: replace(PARTNER, **changes)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "draft",
    [
        NUMBER,
        replace(NUMBER, country=""),
        replace(NUMBER, address="+18005550199", kind=SenderKind.TOLL_FREE),
        replace(NUMBER, address="70707", kind=SenderKind.SHORT_CODE),
        replace(NUMBER, channel=Channel.WHATSAPP, kind=SenderKind.WHATSAPP),
        replace(NUMBER, address="+447700900130", country="GB"),
        replace(NAME, address="561234", country="IN", inbound_id=None),  # a promotional header
    ],
)
def test_r11_what_can_be_is_taken(draft: Draft) -> None:
    assert wrong(draft) == set()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(NUMBER, address=""), "address"),
        (replace(NUMBER, address="   "), "address"),
        (replace(NUMBER, address="12025550101"), "address"),
        (replace(NUMBER, address="+1"), "address"),
        (replace(NUMBER, address="+1202555010"), "address"),
        (replace(NUMBER, address="70707"), "address"),
        (replace(NUMBER, address="FERNHILL"), "address"),
        (replace(NUMBER, address="+12025550101 ext 5"), "address"),
        (replace(NUMBER, kind=SenderKind.SHORT_CODE), "address"),
        (replace(NUMBER, address="12", kind=SenderKind.SHORT_CODE), "address"),
        (replace(NUMBER, address="7070707", kind=SenderKind.SHORT_CODE), "address"),
        (replace(NUMBER, kind=SenderKind.TOLL_FREE), "kind"),
        (replace(NUMBER, kind=SenderKind.WHATSAPP), "channel"),
        (replace(NUMBER, channel=Channel.WHATSAPP), "channel"),
        (replace(NAME, channel=Channel.WHATSAPP), "channel"),
        (replace(NAME, address="561234", country="GB"), "address"),
        (replace(NAME, address="5612345", country="IN"), "address"),
        (replace(NUMBER, country="GB"), "country"),
        (replace(NUMBER, country="XX"), "country"),
        (replace(NUMBER, country="Germany"), "country"),
        (replace(NAME, address="TWELVELETTER"), "address"),
        (replace(NAME, address="123456"), "address"),
        (replace(NAME, address="FÉRN"), "address"),
        (replace(NAME, address="FERN!"), "address"),
        (replace(NAME, address="FERN\u202eX"), "address"),
        (replace(NAME, direction=BOTH), "direction"),
        (replace(NAME, direction=IN), "direction"),
    ],
)
def test_r11_what_cannot_be_is_refused_at_its_field(draft: Draft, field: str) -> None:
    assert field in wrong(draft, beside())


@pytest.mark.parametrize("name", ["A", "FERN HILL", "A-B_C&D+E", "1A", "ElevenChars"])
def test_r11_a_name_holds_what_its_source_says(name: str) -> None:
    assert wrong(replace(NAME, address=name), beside()) == set()


@given(st.text(max_size=20))
def test_r11_any_text_gets_an_answer(text: str) -> None:
    for kind in SenderKind:
        draft = replace(NUMBER, address=text, kind=kind, channel=sender_policy.channel_of(kind))
        for each in check(replace(draft, country=text[:3])):
            assert each.field
            assert each.title


def test_r11_possible_is_the_hard_check_and_valid_is_advice() -> None:
    possible = replace(NUMBER, address="+447700900123", country="GB")
    assert wrong(possible) == set()
    assert "address" in advice(possible)


def test_r11_an_area_of_a_shared_country_code_is_advice() -> None:
    canadian = replace(NUMBER, address="+14165550123", country="US")
    assert wrong(canadian) == set()
    assert "country" in advice(canadian)


def test_r11_a_short_code_without_a_country_is_asked_for_it() -> None:
    draft = replace(NUMBER, address="70707", kind=SenderKind.SHORT_CODE, country="")
    assert wrong(draft) == set()
    assert "country" in advice(draft)
    assert sender_policy.short_code_lengths("CA") == (3, 5, 6)


def test_r13_an_inbound_number_receives_on_the_same_channel() -> None:
    assert wrong(NAME, beside()) == set()
    assert "inbound" in wrong(NAME, NOBODY)
    assert "inbound" in wrong(NAME, beside(direction=OUT))
    assert "inbound" in wrong(NAME, beside(channel=Channel.WHATSAPP))
    assert "inbound" in wrong(replace(NAME, inbound_id=ME), beside())
    assert "inbound" in wrong(replace(NUMBER, inbound_id=OTHER), beside())
    assert "inbound" in advice(NAME, beside(retired=True))


def test_r13_one_way_without_an_inbound_number_is_advised() -> None:
    alone = replace(NAME, inbound_id=None)
    assert "inbound" in advice(alone)
    assert "inbound" not in advice(replace(alone, purpose=Purpose.SERVICE))


def test_r60_where_replies_arrive_goes_on_receiving() -> None:
    others = Neighbours({OTHER: replace(PARTNER, inbound_id=ME)})
    assert "direction" in wrong(replace(NUMBER, direction=OUT), others)


def test_r17_a_fallback_is_another_on_the_same_channel_and_leads_nowhere_back() -> None:
    draft = replace(NUMBER, fallback_id=OTHER)
    assert wrong(draft, beside()) == set()
    assert "fallback" in advice(draft, beside())  # a British number for an American one
    assert "fallback" in wrong(draft, NOBODY)
    assert "fallback" in wrong(replace(NUMBER, fallback_id=ME), beside())
    assert "fallback" in wrong(draft, beside(channel=Channel.WHATSAPP))
    assert "fallback" in wrong(draft, beside(direction=IN))
    assert "fallback" in wrong(draft, beside(fallback_id=ME))
    round_trip = Neighbours(
        {
            OTHER: replace(PARTNER, fallback_id=THIRD),
            THIRD: replace(PARTNER, fallback_id=ME),
        }
    )
    assert "fallback" in wrong(draft, round_trip)
    elsewhere = Neighbours(
        {
            OTHER: replace(PARTNER, fallback_id=THIRD),
            THIRD: replace(PARTNER, fallback_id=OTHER),
        }
    )
    assert wrong(draft, elsewhere) == set()


def test_r41_a_header_has_six_letters_on_the_domestic_route() -> None:
    domestic = Registration(India(Route.DOMESTIC, "1234567890123456789", "FERNHI"))
    indian = replace(NAME, country="IN", registration=domestic)
    assert "address" in wrong(replace(indian, address="FERN"), beside())
    assert "address" not in wrong(replace(indian, address="FERNHI"), beside())
    assert "india.header" in advice(replace(indian, address="OTHERS"), beside())
    abroad = replace(indian, registration=None, address="FERN")
    assert "address" not in wrong(abroad, beside())
    assert "address" in advice(abroad, beside())
    typed = Registration(India(Route.DOMESTIC, header="FERN"))
    assert "india.header" in wrong(replace(indian, registration=typed), beside())


def test_r14_the_country_rules_are_the_facts_with_both_sources() -> None:
    with resource_path("countries", "sender_ids.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    handed_over = Path(__file__).parents[3] / "shared" / "data" / "sender_id_countries.csv"
    if handed_over.exists():
        with handed_over.open(encoding="utf-8") as file:
            assert list(csv.DictReader(file)) == rows
    assert all(row["source_url"] and row["provider"] and row["as_of"] for row in rows)
    assert all(
        row["second_source_url"]
        for row in rows
        if row["second_source_alphanumeric"] not in ("", "unknown")
    )


def test_r14_a_country_warns_with_its_source_and_never_blocks() -> None:
    for country in facts.sender_id_countries().values():
        for kind in (NAMES, SenderKind.SHORT_CODE, SenderKind.LONG_CODE):
            found = list(
                sender_policy.country_rules(
                    replace(NUMBER, kind=kind, country=country.region),
                    facts.sender_id_countries(),
                )
            )
            assert all(each.severity is Severity.WARNING for each in found)
            assert all("https://" in each.source and country.as_of in each.source for each in found)
            if kind is NAMES and country.sources_disagree:
                (both,) = found
                assert country.source in both.source
                assert country.second_source in both.source
                assert "2017" in both.title
    refused = [each.title for each in check(replace(NAME, country="US"), beside())]
    assert any("do not work in" in title for title in refused)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("+1 202 555 0101", SenderKind.LONG_CODE),
        ("22000", SenderKind.SHORT_CODE),
        ("TWILIO", SenderKind.ALPHANUMERIC),
        ("whatsapp:+12025550101", SenderKind.WHATSAPP),
        ("", SenderKind.LONG_CODE),
    ],
)
def test_r11_a_kind_is_read_from_the_address(typed: str, kind: SenderKind) -> None:
    assert kind_by_form(typed) is kind


def test_r14_a_number_of_other_countries_says_whose_it_is() -> None:
    def said(address: str) -> str:
        return check(replace(NUMBER, address=address, country="GB"))[0].next_step

    assert said("+12025550101") == "It is that of US, AG, AI and others."
    assert said("+493023125012") == "It is that of DE."


def test_r11_a_kind_is_said_with_its_article() -> None:
    named = check(replace(NUMBER, address="FERNHILL"))[0]
    assert named.next_step == (
        "It looks like an alphanumeric name: choose that kind, or begin with + and the country code,"
        " as in +44 7700 900123."
    )
    elsewhere = check(replace(NAME, channel=Channel.WHATSAPP))[0]
    assert elsewhere.title == "An alphanumeric name does not send by WhatsApp."
