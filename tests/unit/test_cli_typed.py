"""What a person types on the command line (R53)."""

from __future__ import annotations

import pytest

from sms_desk.cli.typed import bare_number
from sms_desk.domain.errors import UsageError
from sms_desk.domain.model import Channel


@pytest.mark.parametrize("channel", list(Channel))
def test_a_number_is_itself(channel: Channel) -> None:
    assert bare_number("+44 7700 900123", channel, "--x") == "+44 7700 900123"


def test_the_channel_in_front_is_welcome_where_the_same_is_said() -> None:
    assert bare_number(" WhatsApp:+447700900123", Channel.WHATSAPP, "--x") == "+447700900123"


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ("whatsapp:+447700900123", "Type +447700900123 --channel whatsapp."),
        ("whatsapp:+44 7700 900123", 'Type "+44 7700 900123" --channel whatsapp.'),
    ],
)
def test_another_channel_in_front_is_refused_with_what_to_type(typed: str, instead: str) -> None:
    with pytest.raises(UsageError) as refused:
        bare_number(typed, Channel.SMS, "--channel whatsapp")
    assert refused.value.next_step == instead
