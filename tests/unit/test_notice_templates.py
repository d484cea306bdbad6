"""E-mail templates: what is refused with its line, and what no template can do (R21)."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import UsageError
from sms_desk.notify.templates import (
    EXAMPLES,
    LONGEST_MADE,
    VARIABLES,
    BrokenTemplate,
    Template,
    check,
    render,
    shipped,
)


def test_r21_the_shipped_template_is_one_that_could_be_saved() -> None:
    check(shipped())
    made = render(shipped(), EXAMPLES)
    assert made.subject == "New message from Nadia Okafor"
    assert "Contact: Nadia Okafor (+1 202 555 0147)\nSender ID: Sales line (SMS)" in made.text
    assert "Why you: You own this conversation." in made.text
    assert "\n\n\n" not in made.text
    assert "Is it in stock?" in made.html


def test_r21_the_shipped_template_leaves_no_holes_where_nothing_is_known() -> None:
    made = render(shipped(), {"person": "Ben", "headline": "3 older messages arrived"})
    assert "Contact" not in made.text
    assert "Sender ID" not in made.text
    assert "{" not in made.text + made.html.replace("{", "", 0)


REFUSED = [
    ("{{ nmae }}", "Line 1", "nmae"),
    ("a\nb\n{{ ''.__class__ }}", "Line 3", "Getattr"),
    ("{{ text.format(1) }}", "Line 1", ""),
    ("{{ text['x'] }}", "Line 1", "Getitem"),
    ("{% set x = text ~ text %}", "Line 1", "Assign"),
    ("{% for n in range(1000000000) %}{% endfor %}", "Line 1", "range(3)"),
    ("{% for n in text %}{% endfor %}", "Line 1", "range(3)"),
    ("{% for n in range(9) %}{% for n in range(9) %}x{% endfor %}{% endfor %}", "Line 1", "loop"),
    ("{{ n }}", "Line 1", "loop"),
    ("{{ 'a' * 1000000000 }}", "Line 1", "Mul"),
    ("{{ 9 ** 9 ** 9 }}", "Line 1", "Pow"),
    ("{{ text|center(999999999) }}", "Line 1", "center"),
    ("{{ text|safe }}", "Line 1", "safe"),
    ("{{ '%99999999s'|format(1) }}", "Line 1", "format"),
    ("{{ range(3) }}", "Line 1", "range"),
    ("{{ lipsum() }}", "Line 1", ""),
    ("{% include 'other' %}", "Line 1", "Include"),
    ("{% import 'os' as os %}", "Line 1", "Import"),
    ("{% macro m() %}{% endmacro %}", "Line 1", "Macro"),
    ("{% autoescape false %}{{ text }}{% endautoescape %}", "Line 1", ""),
    ("x\n\n{{ text", "Line 3", ""),
    ("{% if text %}", "Line 1", ""),
    ("(" * 500 + "{{ text }}", "text", "deep"),
    ("{{ " + "not " * 3000 + "text }}", "text", "deep"),
    ("x" * 20_001, "text", "longer"),
    ("", "text", "empty"),
]


@pytest.mark.parametrize(("source", "place", "word"), REFUSED)
def test_r21_what_is_not_allowed_is_refused_with_its_line(
    source: str, place: str, word: str
) -> None:
    began = monotonic()
    with pytest.raises(UsageError) as caught:
        check(Template("Subject", source))
    assert place in caught.value.title
    assert word in str(caught.value)
    assert monotonic() - began < 2


def test_r21_the_same_holds_for_subject_and_html() -> None:
    with pytest.raises(UsageError, match="Line 1 of the subject"):
        check(Template("{{ x }}", "text"))
    with pytest.raises(UsageError, match="Line 2 of the HTML"):
        check(Template("subject", "text", "<p>\n{{ x }}"))


def test_r21_what_contacts_write_is_text_in_html_and_itself_in_plain_text() -> None:
    template = Template("{{ contact }}", "{{ text }}", "<p>{{ text }} {{ contact|upper }}</p>")
    made = render(template, {"text": "<b>&", "contact": "<i>{{ text }}"})
    assert made.text == "<b>&\n"
    assert made.html == "<p>&lt;b&gt;&amp; &lt;I&gt;{{ TEXT }}</p>"
    assert made.subject == "<i>{{ text }}"


def test_r21_a_letter_has_an_end() -> None:
    source = "{% for n in range(100) %}" + "{{ text }}" * 50 + "{% endfor %}"
    with pytest.raises(BrokenTemplate) as caught:
        render(Template("s", source), {"text": "x" * 1_600})
    assert "x" * 50 not in str(caught.value)
    made = render(Template("s", "{{ text|truncate(20) }}"), {"text": "word " * 90_000})
    assert len(made.text) < 30 < LONGEST_MADE


@given(st.text(max_size=200))
def test_r21_no_value_breaks_the_shipped_template(value: str) -> None:
    made = render(shipped(), dict.fromkeys(EXAMPLES, value))
    assert "<script" not in made.html


@given(
    st.lists(
        st.sampled_from(
            [
                "{{",
                "}}",
                "{%",
                "%}",
                " text ",
                "if",
                "for",
                "(",
                "|",
                "'",
                "-",
                "~",
                "n in range(5)",
                "end",
                "\n",
                "#}",
                "{#",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_r21_whatever_is_typed_is_saved_or_refused_in_words(source: str) -> None:
    with suppress(UsageError):
        check(Template("s", source))


def test_every_variable_is_told_in_the_manual() -> None:
    from pathlib import Path

    manual = (Path(__file__).parents[2] / "docs" / "manual.md").read_text("utf-8")
    for variable in VARIABLES:
        assert f"`{variable.name}`" in manual, variable.name
