"""The engine's model worlds on a team's PostgreSQL, where the connector runs it (GS1-GS4, GR1)."""

from __future__ import annotations

import pytest

from sms_desk.store.engine import Workspace
from tests.fixtures.desk import desk_in
from tests.fixtures.sending_world import SendingWorld
from tests.store.test_sync_receiving_worlds import HOURS, ReceivingWorld


@pytest.mark.allow_log("sms_desk")
@pytest.mark.parametrize("elsewhere", [False, True])
def test_gs1_every_message_goes_out_once(postgres_workspace: Workspace, elsewhere: bool) -> None:
    """GS1-GS4, GS7, I1-I6."""
    SendingWorld(desk_in(postgres_workspace), 3, peers=6, elsewhere=elsewhere).run(8)


def test_gr1_whatever_is_ever_shown_is_stored(postgres_workspace: Workspace) -> None:
    ReceivingWorld(desk_in(postgres_workspace), 1, late_up_to=30 * HOURS).run()
