"""Ids that somebody pasted: whole ones, and the beginning or end that a screen shows."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain.short_ids import Pasted, pasted

A = UUID("018fd3ab-c23f-70e8-94c3-54061eb45f00")
B = UUID("018fd3ab-c240-7805-ac82-2b90928670f7")
KNOWN = (A, B)


def test_ids_stand_one_a_line_or_with_commas_in_any_spelling() -> None:
    text = f'{A},\n\t{str(B).upper()}; {A.hex} "{B}"'
    assert pasted(text, KNOWN) == Pasted((A, B))


def test_a_part_is_the_one_that_begins_or_ends_so() -> None:
    assert pasted("1eb45f00 28670f7", KNOWN) == Pasted((A, B))
    assert pasted("018fd3ab", KNOWN) == Pasted((), 1)  # both
    assert pasted("45f00", KNOWN) == Pasted((), 1)  # too short


def test_other_words_are_counted_and_nothing_is_guessed() -> None:
    stranger = UUID("018fd3ab-c240-7805-ac82-000000000000")
    assert pasted(f"Maria {stranger} +12025550171", KNOWN) == Pasted((), 3)
    assert pasted("", KNOWN) == Pasted(())
