"""R36 and the classes 97–101: named fields, filled or refused, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import templates
from sms_desk.domain.errors import UsageError


def test_r36_fields_are_filled_by_name() -> None:
    text = "Hi {first_name}, {{order}} {order_2}: {first_name}"
    assert templates.fields(text) == ("first_name", "order_2")
    filled = templates.render(text, {"first_name": "Ann", "order_2": "17", "unused": "x"})
    assert filled == "Hi Ann, {order} 17: Ann"


def test_r36_every_missing_variable_is_named() -> None:
    with pytest.raises(UsageError) as refused:
        templates.render("{a} {b} {c} {a}", {"b": "there", "c": " "})
    assert refused.value.title == "No value for {a}, {c}."


@pytest.mark.parametrize("value", ["{b}", "{{", "%s", "${x}", "{b.__class__}", "\\1", "\\g<field>"])
def test_r36_what_a_field_is_filled_with_is_literal(value: str) -> None:
    assert templates.render("<{a}>", {"a": value, "b": "secret"}) == f"<{value}>"


@pytest.mark.parametrize("text", ["100 %s $x ${{x}} %(a)s", "", "no fields", "{{}}"])
def test_r36_other_marks_are_text(text: str) -> None:
    assert templates.fields(text) == ()
    assert templates.render(text, {}) == text.replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize(
    "text",
    [
        "{a.__class__}",
        "{x:>999999999}",
        "{a!r}",
        "{0}",
        "{}",
        "{ a }",
        "{A}",
        "a } b",
        "{a",
        "{{a}",
    ],
)
def test_r36_a_brace_that_is_no_field_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no field"):
        templates.fields(text)
    with pytest.raises(UsageError):
        templates.render(text, {"a": "x"})


@given(st.text(max_size=60))
def test_r36_doubled_braces_give_any_text_back(text: str) -> None:
    assert templates.render(text.replace("{", "{{").replace("}", "}}"), {}) == text


def test_r36_a_keyword_is_one_plain_word() -> None:
    assert templates.as_shortcut(" /Hello-2 ") == "hello-2"
    for wrong in ("", "/", "two words", "a" * 33, "a/b", "{a}"):
        with pytest.raises(UsageError, match="keyword"):
            templates.as_shortcut(wrong)


@pytest.mark.parametrize(
    ("before_cursor", "typed"),
    [
        ("/", ""),
        ("/He", "he"),
        ("Hi Ann /thanks", "thanks"),
        ("first line\n/x", "x"),
        ("and/or", None),
        ("/thanks ", None),
        ("https://example.com", None),
        ("", None),
    ],
)
def test_r36_a_slash_that_begins_a_word_calls_a_keyword(
    before_cursor: str, typed: str | None
) -> None:
    assert templates.called_shortcut(before_cursor) == typed


def test_r36_keywords_are_offered_nearest_first() -> None:
    keywords = ["rethank", "thanks", "thank", "bye"]
    assert templates.matching_shortcuts("Thank", keywords) == ("thank", "thanks", "rethank")
    assert templates.matching_shortcuts("", keywords) == ("bye", "rethank", "thank", "thanks")
