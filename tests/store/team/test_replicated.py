"""Every table is either replicated or named as one that stays; a row survives its travel."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.store import tables
from sms_desk.store.team.replicated import (
    BY_NAME,
    OVERSIGHT_KEY,
    REPLICATED,
    STAYS,
    Replicated,
    address_key,
    hash_of,
)

CONVERSATION = UUID("0190b6f2-0000-7000-8000-000000000001")


def test_every_table_travels_or_is_named_as_one_that_stays() -> None:
    assert set(tables.metadata.tables) == set(BY_NAME) | STAYS
    assert not set(BY_NAME) & STAYS


@pytest.mark.parametrize("one", REPLICATED, ids=lambda one: one.name)
def test_a_row_names_its_key_columns(one: Replicated) -> None:
    assert set(one.primary_key) <= set(one.columns)


def test_the_bytes_of_attachments_wait_until_they_are_asked_for() -> None:
    assert BY_NAME["attachments"].unsent == {"data"}
    assert "data" not in BY_NAME["attachments"].columns


def test_a_row_is_the_same_after_its_travel() -> None:
    tagged = BY_NAME["my_states"]
    row = [str(CONVERSATION), str(CONVERSATION), 7, True, False, 0]
    kept = tagged.to_file(row)
    assert kept == (CONVERSATION.bytes, CONVERSATION.bytes, 7, 1, 0, 0)
    assert tagged.to_wire(kept) == row


def test_nothing_and_an_empty_text_have_different_digests() -> None:
    people = BY_NAME["notice_templates"]
    texts = {
        people.canonical(["a", "", None, "=", 1, None]),
        people.canonical(["a", None, "", "=", 1, None]),
    }
    assert len({hash_of(text) for text in texts}) == 2


def test_a_hash_fits_into_eight_signed_bytes() -> None:
    assert all(-(2**63) <= hash_of(str(n)) < 2**63 for n in range(100))


def test_no_number_shares_the_key_of_oversight() -> None:
    assert address_key("+15550100") != OVERSIGHT_KEY
