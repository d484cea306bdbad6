"""Where things stand in a thread: one number, stable, by provider time (R56)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain import positions

# hypothesis wants naive bounds
EARLIEST = datetime(1971, 1, 1)  # noqa: DTZ001
LAST_WITH_ROOM = datetime(2239, 12, 31)  # noqa: DTZ001
INSTANTS = st.datetimes(EARLIEST, timezones=st.just(UTC))
WITH_ROOM = st.datetimes(EARLIEST, LAST_WITH_ROOM, timezones=st.just(UTC))
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


@given(at=WITH_ROOM, one=SIDS, other=SIDS)
def test_r56_within_a_second_the_contact_stands_before_the_answer(
    at: datetime, one: str, other: str
) -> None:
    question = positions.of_message(at, one)
    answer = positions.of_message(at, other, outbound=True)
    assert question < answer < positions.of_message(at + timedelta(seconds=1), one)


@given(at=INSTANTS, ids=st.sets(st.uuids(), min_size=2), prefix=st.sampled_from(["SM", "MM", ""]))
def test_r56_within_a_second_messages_stand_in_the_order_of_their_ids(
    at: datetime, ids: set[UUID], prefix: str
) -> None:
    """As far as there is room for an id's bits."""

    def position(one: UUID) -> int:
        return positions.of_message(at, prefix + one.hex if prefix else str(one))

    first_bits = [one.int >> 128 - 14 for one in sorted(ids, key=position)]
    assert first_bits == sorted(first_bits)


@given(at=INSTANTS, first=st.integers(0, 8_000))
def test_r56_counted_ids_stand_in_their_order_too(at: datetime, first: int) -> None:
    stands = [positions.of_message(at, f"SM{n:032x}") for n in range(first, first + 100)]
    assert stands == sorted(set(stands))


@given(at=INSTANTS, sid=SIDS)
def test_kinds_never_share_a_position(at: datetime, sid: str) -> None:
    message = positions.of_message(at, sid)
    note = positions.of_own(at, positions.Kind.NOTE)
    event = positions.of_own(at, positions.Kind.EVENT)
    assert len({message & 3, note & 3, event & 3}) == 3
    assert positions.after(message) & 3 == message & 3
