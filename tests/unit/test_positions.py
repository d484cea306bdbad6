"""Where things stand in a thread: one number, stable, by provider time (R56)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import positions

INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1970)
SIDS = st.text(min_size=1, max_size=40)


@given(at=INSTANTS, sid=SIDS, outbound=st.booleans())
def test_r56_a_position_is_stable_and_tells_its_second(
    at: datetime, sid: str, outbound: bool
) -> None:
    position = positions.of_message(at, sid, outbound=outbound)
    assert position == positions.of_message(at, sid, outbound=outbound)
    assert 0 <= position < 1 << 63
    if at.year < 2242:
        assert positions.instant(position) == at.replace(microsecond=0)


@given(at=INSTANTS.filter(lambda at: at.year < 2240), one=SIDS, other=SIDS)
def test_r56_within_a_second_the_contact_stands_before_the_answer(
    at: datetime, one: str, other: str
) -> None:
    question = positions.of_message(at, one)
    answer = positions.of_message(at, other, outbound=True)
    assert question < answer < positions.of_message(at + timedelta(seconds=1), one)


@given(at=INSTANTS, sid=SIDS)
def test_kinds_never_share_a_position(at: datetime, sid: str) -> None:
    message = positions.of_message(at, sid)
    note = positions.of_own(at, positions.Kind.NOTE)
    event = positions.of_own(at, positions.Kind.EVENT)
    assert len({message & 3, note & 3, event & 3}) == 3
    assert positions.after(message) & 3 == message & 3
