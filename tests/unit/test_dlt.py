"""R41: a text against India's registered templates, and the first character that departs."""

from __future__ import annotations

import re
import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms_desk.domain import dlt
from sms_desk.domain.dlt import Deviation, Template
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import DltKind

ORDER = "Dear {#var#}, your order {#numeric#} is ready. -Acme"


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        (ORDER, "Dear Ann, your order 42 is ready. -Acme", None),
        (ORDER, "Dear Ann, your order 42 is ready. -Acme\r\n", None),
        (ORDER, "dear Ann, your order 42 is ready. -Acme", Deviation(1, "D", "d")),
        (ORDER, "Dear Ann your order 42 is ready. -Acme", Deviation(9, ",", " ", 1)),
        (ORDER, "Dear Ann, your order 4x is ready. -Acme", Deviation(23, " ", "x", 2)),
        (ORDER, "Dear Ann, your order 42 is ready.  -Acme", Deviation(35, "-", " ")),
        (ORDER, "Dear Ann, your order 42 is ready. -Acm", Deviation(39, "e", "")),
        (ORDER, "Dear Ann, your order 42 is ready. -Acme!", Deviation(40, "", "!")),
        (
            ORDER,
            f"Dear {'A' * 31}, your order 42 is ready. -Acme",
            Deviation(36, ",", "A", 1, True),
        ),
        (ORDER, "", Deviation(1, "D", "")),
        ("It’s {#var#}", "It's on", Deviation(3, "’", "'")),
        ("{#var#}{#var#} ok", "x" * 60 + " ok", None),
        ("{#var#}{#var#} ok", "x" * 61 + " ok", Deviation(61, " ", "x", 2, True)),
        ("{#var#}", "x" * 31, Deviation(31, "", "x", 1, True)),
        ("See {#url#} now", "See https://acme.example/a-long-way-to-go-to-be-there now", None),
        ("See {#url#} now", "See two words now", Deviation(9, "n", "w")),
        ("Call {#cbn#}.", "Call +91 98765 43210.", None),
        ("{#var#}aab", "aaab", None),  # a greedy value would eat what is fixed
        ("Sale! 50% off", "Sale! 50% off", None),
    ],
)
def test_r41_the_first_deviation_is_pointed_at(
    body: str, text: str, expected: Deviation | None
) -> None:
    assert dlt.deviation(body, text) == expected


def test_r41_the_best_of_several_templates_fits_or_comes_nearest() -> None:
    def template(n: int, body: str) -> Template:
        return Template(UUID(int=n), str(n), f"T{n}", DltKind.SERVICE_IMPLICIT, body)

    templates = [template(1, "Hello {#var#}"), template(2, ORDER), template(3, "Dear {#var#}!")]
    fits = dlt.best(templates, "Dear Ann!")
    assert fits is not None
    assert (fits.template.id.int, fits.fits) == (3, True)
    nearest = dlt.best(templates, "Dear Ann, your order is ready.")
    assert nearest is not None
    assert nearest.template.id.int == 2
    assert not nearest.fits
    assert dlt.best([], "Dear Ann!") is None


@pytest.mark.parametrize("body", ["", " ", "x" * 2001, "Hi {#Var#}", "Hi {#name#}", "Hi ##var##"])
def test_r41_a_body_that_no_operator_has_is_refused(body: str) -> None:
    with pytest.raises(UsageError):
        dlt.checked_body(body)


def test_r41_a_body_is_kept_as_it_is() -> None:
    assert dlt.checked_body("Hi {#var#},\r\n bye {#email#} ") == "Hi {#var#},\n bye {#email#}"
    assert dlt.variables(ORDER) == 2


_PIECES = st.lists(st.sampled_from(["{#var#}", "{#numeric#}", "a", "b", "ab ", "1"]), max_size=8)


def _as_regex(body: str) -> str:
    pattern = re.escape(body).replace(re.escape("{#var#}"), r"(?s:.){0,30}")
    return pattern.replace(re.escape("{#numeric#}"), "[0-9]{0,30}")


@settings(deadline=None)
@given(_PIECES.map("".join), st.text("ab 1", max_size=45))
def test_r41_it_says_what_a_regular_expression_says(body: str, text: str) -> None:
    fits = re.fullmatch(_as_regex(body.rstrip()), text.rstrip()) is not None
    assert (dlt.deviation(body, text) is None) is fits


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_r41_any_text_is_compared_and_the_position_is_within_it(body: str, text: str) -> None:
    found = dlt.deviation(body, text)
    if found is not None:
        kept = dlt.normalised(text)
        assert 1 <= found.position <= len(kept) + 1
        assert found.found == kept[found.position - 1 : found.position]


@given(_PIECES.map("".join), st.data())
def test_r41_a_filled_template_fits(body: str, data: st.DataObject) -> None:
    body = body.rstrip()
    text = re.sub(
        r"\{#(var|numeric)#\}",
        lambda match: data.draw(
            st.text("0123456789" if match[1] == "numeric" else "xyz0 \n", max_size=30)
        ),
        body,
    )
    if text == text.rstrip():
        assert dlt.deviation(body, text) is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{#var#}a" * 250, "a" * 1600),
        ("{#var#}" * 280, "x" * 1600),
        ("{#url#}/" * 250, "/" * 1600),
        ("{#numeric#}1" * 160, "1" * 1599 + "x"),
        ("a" * 2000, "a" * 1600),
        ("{#var#}" + "a" * 1900, "a" * 1600),
    ],
)
def test_r41_hostile_templates_take_no_longer(body: str, text: str) -> None:
    began = time.process_time()
    dlt.deviation(body, text)
    assert time.process_time() - began < 0.5
