"""R36, R42: placeholders of approved templates, what may stand in them, and what an approval means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import content_templates
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import ApprovalStatus

NAMES = st.from_regex(r"[A-Za-z0-9_]{1,16}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello {{1}}, order {{2}}", ("1", "2")),
        ("{{2}} before {{1}}, {{10}} last, {{1}} again", ("1", "2", "10")),
        ("{{name}} and {{1}}", ("1", "name")),
        ("{{ 1 }} with room", ("1",)),
        ("{one brace} {{}} {{id name}} {{a.__class__}} {{x:>9}}", ()),
        ("{{{1}}}", ("1",)),
        ("", ()),
    ],
)
def test_R36_placeholders_are_numbers_or_single_words(text: str, names: tuple[str, ...]) -> None:
    assert content_templates.placeholders(text) == names


def test_R36_a_value_is_literal_and_never_read_again() -> None:
    filled = content_templates.fill("{{1}} {{2}}", {"1": "{{2}}", "2": "%s ${x} {{1}}"})
    assert filled == "{{2}} %s ${x} {{1}}"


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.data())
def test_R36_every_name_is_filled_with_its_own_value(names: list[str], data: st.DataObject) -> None:
    values = {
        name: data.draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
        for name in names
    }
    text = " | ".join(f"{{{{{name}}}}}" for name in names)
    assert set(content_templates.placeholders(text)) == set(names)
    assert content_templates.fill(text, values) == " | ".join(values[name] for name in names)


@given(st.text(max_size=200))
def test_R36_any_text_without_placeholders_stays_as_it_is(text: str) -> None:
    if not content_templates.placeholders(text):
        assert content_templates.fill(text, {"1": "x"}) == text


def test_R36_missing_values_are_named_before_anything_is_sent() -> None:
    with pytest.raises(UsageError, match=r"\{\{2\}\}, \{\{name\}\}"):
        content_templates.checked({"1": "", "2": "", "name": ""}, {"1": "a", "2": " "})


def test_R36_a_value_for_no_placeholder_is_refused_not_dropped() -> None:
    with pytest.raises(UsageError, match=r"no \{\{3\}\}"):
        content_templates.checked({"1": ""}, {"1": "a", "3": "b"})


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\u2028b", "a     b", "x" * 1_601])
def test_R42_what_whatsapp_takes_in_no_value_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match=r"\{\{1\}\}"):
        content_templates.checked({"1": ""}, {"1": value})


def test_R42_values_go_in_the_order_of_the_placeholders() -> None:
    values = {"name": "n", "10": "j", "2": "b"}
    sent = content_templates.checked(values, values)
    assert list(sent.items()) == [("2", "b"), ("10", "j"), ("name", "n")]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("approved", ApprovalStatus.APPROVED),
        ("Approved ", ApprovalStatus.APPROVED),
        ("received", ApprovalStatus.PENDING),
        ("pending", ApprovalStatus.PENDING),
        ("in review", ApprovalStatus.PENDING),
        ("rejected", ApprovalStatus.REJECTED),
        ("paused", ApprovalStatus.PAUSED),
        ("disabled", ApprovalStatus.DISABLED),
        ("unsubmitted", ApprovalStatus.UNSUBMITTED),
        ("", ApprovalStatus.UNSUBMITTED),
        ("archived", ApprovalStatus.OTHER),
    ],
)
def test_R42_the_providers_words_for_an_approval(word: str, status: ApprovalStatus) -> None:
    assert content_templates.status_of(word) is status


@pytest.mark.parametrize("status", ApprovalStatus)
def test_R42_only_an_approved_template_that_is_still_listed_may_go(status: ApprovalStatus) -> None:
    why = content_templates.why_not(status, word="archived", reason="")
    assert (why == "") is (status is ApprovalStatus.APPROVED)
    assert content_templates.why_not(status, gone=True)


def test_R42_a_rejection_says_why_on_one_line() -> None:
    why = content_templates.why_not(ApprovalStatus.REJECTED, reason="INVALID_FORMAT.\n More")
    assert why == "WhatsApp rejected it: INVALID_FORMAT. More"
