"""R11, R41: what a sender ID is registered as is stored as typed, checked field by field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.registration import (
    HeaderType,
    India,
    Registration,
    RegistrationState,
    Route,
    TenDlc,
    errors,
    from_json,
    to_json,
)

_TEXT = st.text(max_size=40)
_INDIA = st.builds(
    India, st.sampled_from(Route), _TEXT, _TEXT, st.none() | st.sampled_from(HeaderType)
)
_US = st.builds(
    TenDlc, _TEXT, st.sampled_from(RegistrationState), _TEXT, st.sampled_from(RegistrationState)
)


@given(st.builds(Registration, st.none() | _INDIA, st.none() | _US))
def test_r11_a_registration_comes_back_from_json_as_it_was(registration: Registration) -> None:
    assert from_json(to_json(registration)) == registration
    errors(registration)  # whatever was typed, it is looked at without breaking


def test_r11_nothing_said_is_stored_as_nothing() -> None:
    assert to_json(Registration()) is None
    assert from_json(None) == from_json({}) == Registration()


def test_r41_only_the_domestic_route_needs_entity_and_header() -> None:
    assert India(Route.INTERNATIONAL).missing() == ()
    assert India(Route.DOMESTIC, header="ACMECO").missing() == ("entity_id", "header_type")
    full = India(Route.DOMESTIC, "1101234560000012345", "ACMECO", HeaderType.SERVICE)
    assert full.missing() == ()


@pytest.mark.parametrize(
    ("header", "kind", "step"),
    [
        ("ACMECO", HeaderType.SERVICE, None),
        ("565656", HeaderType.PROMOTIONAL, None),
        ("565656", None, None),
        ("ACMECO", HeaderType.PROMOTIONAL, "A header is six digits for promotional texts."),
        ("565656", HeaderType.TRANSACTIONAL, "A header is six letters."),
        ("ACME", None, "A header is six letters, or six digits for promotional texts."),
        ("ACMECO-S", HeaderType.SERVICE, "Keep “ACMECO” alone"),
        ("VM-ACMECO-S", HeaderType.SERVICE, "Keep “ACMECO” alone"),
        ("ACMEC０", HeaderType.SERVICE, "A header is six letters."),
    ],
)
def test_r41_a_header_is_six_letters_or_digits_without_the_operators_own(
    header: str, kind: HeaderType | None, step: str | None
) -> None:
    found = errors(Registration(India(Route.DOMESTIC, "", header, kind)))
    assert [error.field for error in found] == ([] if step is None else ["india.header"])
    assert step is None or found[0].next_step.startswith(step)


def test_r11_each_wrong_field_is_named() -> None:
    registration = Registration(
        India(Route.DOMESTIC, "no number"),
        TenDlc("BN 1", RegistrationState.NONE, "", RegistrationState.APPROVED),
    )
    assert [error.field for error in errors(registration)] == [
        "india.entity_id",
        "us.brand_id",
        "us.campaign_id",
        "us.brand_state",
    ]


def test_r11_both_approvals_are_needed() -> None:
    approved, pending = RegistrationState.APPROVED, RegistrationState.PENDING
    assert TenDlc("BN1", approved, "CM1", approved).approved
    assert not TenDlc("BN1", approved, "CM1", pending).approved
