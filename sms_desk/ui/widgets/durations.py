"""Lengths of time in words, such as "3 h 12 min"."""

from __future__ import annotations

from datetime import timedelta

from sms_desk.ui.widgets.words import tr


def left_words(left: timedelta) -> str:
    """Hours and minutes, the last minute begun counted whole: never "0 min" before the end."""
    minutes = -(-left // timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tr("durations", "%n min", rest)
    if not rest:
        return tr("durations", "%n h", hours)
    return tr("durations", "{hours} h {minutes} min").format(hours=hours, minutes=rest)
