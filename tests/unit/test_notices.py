"""Who is told, in which way, and why (R20, R21, R22, R56)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.notices import (
    FRESH,
    Because,
    Circumstances,
    Concerned,
    Kind,
    State,
    Way,
    Wishes,
    audience,
    is_fresh,
    next_try,
    trail,
    ways,
)
from sms_desk.domain.working_hours import parse_hours
from sms_desk.services.notice_words import why

ANN, BEN, CARA, DAN = (UUID(int=n) for n in range(1, 5))
ALL = frozenset((ANN, BEN, CARA, DAN))
ABSENCE, SENDER = UUID(int=10), UUID(int=20)
NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
NAMES = {ANN: "Ann", BEN: "Ben", CARA: "Cara", DAN: "Dan"}


def told(**values: object) -> list[tuple[UUID, Because]]:
    values = {"here": ALL, "leads": frozenset((ANN,))} | values
    return [(one.person_id, one.because) for one in audience(Concerned(**values))]  # type: ignore[arg-type]


def test_r21_whoever_owns_it_and_is_here_is_told() -> None:
    found = told(owner_id=BEN, answers=frozenset((BEN,)), holders=frozenset((BEN, CARA)))
    assert found == [(BEN, Because.OWNER)]


def test_r25_whoever_answers_is_told_with_the_absence_as_the_reason() -> None:
    about = Concerned(
        owner_id=BEN,
        answers=frozenset((CARA,)),
        absence_id=ABSENCE,
        here=ALL,
        away=frozenset((BEN,)),
    )
    (one,) = audience(about)
    assert (one.person_id, one.because) == (CARA, Because.COVER)
    assert (one.absence_id, one.instead_of) == (ABSENCE, BEN)
    kept = trail(one, Circumstances(Kind.MESSAGE, NOON, SENDER))
    assert kept == {
        "because": "cover",
        "absence": str(ABSENCE),
        "instead_of": str(BEN),
        "sender": str(SENDER),
    }
    assert why(kept, "you", NAMES) == "Ben is away, and you answer meanwhile."


def test_r23_a_cover_that_names_who_takes_the_notices_tells_them() -> None:
    found = told(
        owner_id=BEN, answers=frozenset((CARA,)), absence_id=ABSENCE, takers=frozenset((DAN,))
    )
    assert found == [(DAN, Because.NOTIFIED)]


def test_r23_who_takes_the_notices_and_is_away_too_leaves_it_to_who_answers() -> None:
    found = told(
        owner_id=BEN,
        answers=frozenset((CARA,)),
        absence_id=ABSENCE,
        takers=frozenset((DAN,)),
        away=frozenset((BEN, DAN)),
    )
    assert found == [(CARA, Because.COVER)]


def test_r21_a_shared_inbox_without_an_owner_tells_all_present_holders() -> None:
    found = told(holders=frozenset((BEN, CARA, DAN)), away=frozenset((DAN,)))
    assert found == [(BEN, Because.HOLDER), (CARA, Because.HOLDER)]


def test_r19_what_nobody_holds_is_told_to_those_who_see_it() -> None:
    assert told() == [(ANN, Because.NO_HOLDER)]
    assert told(away=frozenset((ANN,))) == [(ANN, Because.NO_HOLDER)]


def test_r49_whoever_should_answer_is_away_and_nobody_covers() -> None:
    away = frozenset((BEN,))
    assert told(owner_id=BEN, away=away) == [(ANN, Because.NOBODY_ANSWERS)]
    found = told(owner_id=BEN, away=away, holders=frozenset((BEN, CARA)))
    assert found == [(CARA, Because.NOBODY_ANSWERS)]


people = st.frozensets(st.sampled_from(sorted(ALL)))


@given(
    owner=st.none() | st.sampled_from(sorted(ALL)),
    answers=people,
    takers=people,
    holders=people,
    leads=people,
    away=people,
    here=people,
)
def test_r49_nobody_who_left_is_told_and_whenever_a_lead_is_here_somebody_is(
    owner: UUID | None,
    answers: frozenset[UUID],
    takers: frozenset[UUID],
    holders: frozenset[UUID],
    leads: frozenset[UUID],
    away: frozenset[UUID],
    here: frozenset[UUID],
) -> None:
    about = Concerned(owner, answers, ABSENCE, takers, holders, leads, away, here)
    found = [one.person_id for one in audience(about)]
    assert set(found) <= here
    assert len(found) == len(set(found))
    assert found or not leads & here


# --- how ------------------------------------------------------------------------------------------


def chosen(wishes: Wishes, **values: object) -> list[tuple[Way, State, str]]:
    around = Circumstances(**({"kind": Kind.MESSAGE, "now": NOON, "sender_id": SENDER} | values))  # type: ignore[arg-type]
    return [(one.way, one.state, one.reason) for one in ways(wishes, around)]


BERLIN = ZoneInfo("Europe/Berlin")
POPS = (Way.SCREEN, State.WAITING, "")


def test_r21_a_popup_for_everybody_and_an_email_where_the_rule_names_one() -> None:
    wishes = Wishes(BERLIN, address=True)
    assert chosen(wishes) == [POPS]
    assert chosen(wishes, template="") == [POPS], "no server"
    found = chosen(wishes, template="sales", mailing=True)
    assert found == [POPS, (Way.EMAIL, State.WAITING, "")]


@pytest.mark.parametrize(
    ("wishes", "around", "reason"),
    [
        (Wishes(BERLIN, muted=frozenset((SENDER,))), {}, "muted_inbox"),
        (Wishes(BERLIN), {"muted": True}, "muted_conversation"),
        (Wishes(BERLIN, screen=False), {}, "off"),
        (Wishes(BERLIN, quiet=parse_hours("daily 12:30-14:00")), {}, "do_not_disturb"),
    ],
)
def test_r21_what_is_not_shown_says_why(
    wishes: Wishes, around: dict[str, object], reason: str
) -> None:
    assert chosen(wishes, **around) == [(Way.SCREEN, State.SILENT, reason)]


def test_r21_hours_of_rest_are_on_the_persons_own_clock() -> None:
    quiet = parse_hours("daily 12:30-14:00")  # noon in London is one in Berlin
    assert chosen(Wishes(ZoneInfo("Europe/London"), quiet=quiet)) == [POPS]
    assert chosen(Wishes(BERLIN, quiet=quiet)) == [(Way.SCREEN, State.SILENT, "do_not_disturb")]


def test_r21_an_email_goes_in_hours_of_rest_and_never_for_a_muted_inbox() -> None:
    wishes = Wishes(BERLIN, address=True, quiet=parse_hours("daily 0:00-24:00"))
    assert chosen(wishes, template="", mailing=True)[1] == (Way.EMAIL, State.WAITING, "")
    muted = Wishes(BERLIN, address=True, muted=frozenset((SENDER,)))
    mailed = chosen(muted, template="", mailing=True)[1]
    assert mailed == (Way.EMAIL, State.SILENT, "muted_inbox")
    unknown = chosen(Wishes(BERLIN), template="", mailing=True)[1]
    assert unknown == (Way.EMAIL, State.SILENT, "no_address")


def test_r22_what_is_given_to_a_person_is_told_also_where_the_inbox_is_muted() -> None:
    muted = Wishes(BERLIN, muted=frozenset((SENDER,)))
    assert chosen(muted, kind=Kind.ASSIGNED, muted=True) == [POPS]


def test_r56_what_is_older_is_no_news() -> None:
    assert is_fresh(NOON - FRESH, NOON)
    assert not is_fresh(NOON - FRESH - timedelta(seconds=1), NOON)
    assert is_fresh(NOON + timedelta(hours=1), NOON), "a clock that goes ahead"


def test_a_letter_is_tried_ever_more_seldom_for_about_a_day() -> None:
    times = [at for n in range(1, 20) if (at := next_try(n, NOON)) is not None]
    assert times == sorted(times)
    total = sum(((at - NOON) for at in times), timedelta())
    assert timedelta(hours=20) < total < timedelta(hours=36)


@pytest.mark.parametrize("because", list(Because))
def test_r20_every_reason_is_a_sentence_for_oneself_and_for_others(because: Because) -> None:
    kept = {"because": str(because), "instead_of": str(BEN), "by": str(CARA)}
    for who in ("you", "Ann"):
        sentence = why(kept, who, NAMES)
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert "you owns" not in sentence
