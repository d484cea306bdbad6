"""When it is worth telling how a provider's line stands (R63)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sms_desk.domain.errors import ServerUnreachable
from sms_desk.domain.line import Line

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERY = timedelta(seconds=20)


def test_r63_that_a_line_still_works_is_told_now_and_then() -> None:
    told = Line().synced(NOW)
    assert told.is_news_after(Line(), EVERY)
    for seconds, is_news in ((0, False), (19, False), (20, True), (-1, True)):
        later = told.synced(NOW + timedelta(seconds=seconds))
        assert later.is_news_after(told, EVERY) is is_news
    assert told.synced(NOW + timedelta(seconds=1)).is_news_after(told, timedelta(0))


def test_r63_that_it_broke_and_that_it_works_again_is_told_at_once() -> None:
    told = Line().synced(NOW)
    broken = told.failed(ServerUnreachable("No route."), NOW + timedelta(seconds=1))
    assert broken.is_news_after(told, EVERY)
    assert told.synced(NOW + timedelta(seconds=2)).is_news_after(broken, EVERY)
