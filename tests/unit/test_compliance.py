"""R39, GS10 and the classes 110–115: exact keywords opt out, near ones are read by a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.compliance import KeywordRule, Lexicon, Meaning, lexicon, meaning_of
from sms_desk.settings.facts import keyword_rules

TWILIO_STOPS = ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]
MARKS = st.text(alphabet=" \t\n.,!?\"'“”‘’()*-_…🙏\u200b\u202e", max_size=6)


def _full_width(word: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in word)


@given(st.sampled_from(TWILIO_STOPS), st.data(), MARKS, MARKS)
def test_gs10_a_keyword_stops_in_any_case_width_quotes_or_marks(
    keyword: str, data: st.DataObject, before: str, after: str
) -> None:
    cased = "".join(data.draw(st.sampled_from([c, c.lower()])) for c in keyword)
    body = before + data.draw(st.sampled_from([cased, _full_width(cased)])) + after
    assert meaning_of(body, keyword_rules(), "twilio") is Meaning.STOP


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("START", "start"),
        ("unstop", "start"),
        ("Yes!", "start"),
        ("help?", "help"),
        ("s\u200bt\u00adop", "stop"),
    ],
)
def test_r39_other_keywords_have_their_own_meaning(body: str, meaning: str) -> None:
    assert meaning_of(body, keyword_rules(), "Twilio") == meaning


@pytest.mark.parametrize(
    "body",
    [
        "stop please",
        "Please STOP texting me.",
        "STOP. You have the wrong number",
        "Wrong number! Stop",
        "stop\n\nSent from my phone",
        "I want to unsubscribe",
        "remove me from your list",
        "opt-out",
        "S T O P",
        "Stopppp!!",
        "stop all",
        "don´t text me, I said",
        "leave me alone",
        "Please take me off your list.",
        "Do not contact me again",
        "dont text this number",
        "no more texts!!",
        "Lose my number",
        "I no longer wish to receive these messages",
        "How do I unsubscribe?",
        "Arrêt",
        "no más",
    ],
)
def test_r39_near_wordings_go_to_a_person(body: str) -> None:
    assert meaning_of(body, keyword_rules(), "twilio") is Meaning.TRIAGE


@pytest.mark.parametrize(
    "body",
    [
        "we never stop",
        "Stop by at 5?",
        "the bus stop",
        "Is the hotel non-stop open?",
        "pull out all the stops",
        "cancel my appointment on Friday",
        "The end.",
        "No",
        "x",
        "Yes please",
        "help me choose",
        "Which list is it on?",
        "Never mind, text me tomorrow",
        "Can you message me the list?",
        "",
        "🙏",
        "stop " * 400,
    ],
)
def test_r39_ordinary_words_change_nothing(body: str) -> None:
    assert meaning_of(body, keyword_rules(), "twilio") is None


def test_r39_each_provider_has_its_own_keywords_and_scope() -> None:
    rules = keyword_rules()
    assert meaning_of("ARRET", rules, "twilio") is Meaning.TRIAGE
    assert meaning_of("arret", rules, "Twilio Proxy") is Meaning.STOP
    assert meaning_of("STOP ALL", rules, "telnyx") is Meaning.STOP
    found = lexicon(rules, "twilio").rule_for("stop")
    assert found is not None
    assert (found.scope, found.source[:15]) == (
        "per sender or Messaging Service",
        "https://www.twi",
    )


def test_r39_a_provider_whose_rule_is_the_first_word_stops_by_the_first_word() -> None:
    rules = keyword_rules()
    aws = "AWS End User Messaging SMS"
    assert meaning_of("Stop it now", rules, aws) is Meaning.STOP
    assert meaning_of("Stopping by", rules, aws) is None


def test_r39_a_rule_is_data_and_the_first_of_two_counts() -> None:
    def rule(scope: str) -> KeywordRule:
        return KeywordRule("TD", Meaning.STOP, "Acme (x)", "keyword", scope, "https://acme.test")

    found = Lexicon([rule("sender"), rule("account")], "acme").rule_for("td")
    assert found is not None
    assert found.scope == "sender"


@given(st.text(max_size=80))
def test_r39_any_text_has_a_meaning_or_none(body: str) -> None:
    assert meaning_of(body, keyword_rules(), "twilio") in {None, *Meaning}


NEAR_STOP = st.lists(
    st.sampled_from(
        [
            "stop",
            "STOP",
            "stopp",
            "Stop.",
            "s-t-o-p",
            "`stop`",
            "opt_out",
            "unsubscribe",
            "please",
            "end",
            "no",
            "more",
            "me",
            "OK",
            "thanks",
            "remove",
            ".",
            "!",
            "?",
            "_",
            "\x00",
            "\x1f",
            "\x7f",
            "\n",
            "'",
        ]
    )
    | st.characters(max_codepoint=127)
)


@given(NEAR_STOP, st.sampled_from(["", " "]))
def test_gs10_ascii_takes_a_shorter_way_to_the_same_answer(words: list[str], glue: str) -> None:
    body = glue.join(words)
    assert meaning_of(body, keyword_rules(), "twilio") == meaning_of(
        body + "\u200b", keyword_rules(), "twilio"
    )
