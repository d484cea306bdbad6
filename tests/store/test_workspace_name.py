"""The workspace's own name: an admin changes it, and can take that back."""

from __future__ import annotations

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.services import workspace as own
from sms_desk.store import workspaces
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import NOON, Office


def test_an_admin_renames_the_workspace_and_takes_it_back(workspace: Workspace) -> None:
    office = Office(workspace)
    with workspace.write() as tx:
        workspaces.insert(
            tx, id_=new_id(), name="Mill Street", kind="real", me_id=office.ann, at=NOON
        )
    ann, ben = office.desk(office.ann), office.desk(office.ben)
    done = ann.change(c.RenameWorkspace(**ann.stamp(), name="  Coats   & more "))
    assert ben.read(own.name) == "Coats & more"
    with pytest.raises(UsageError):
        ann.change(c.RenameWorkspace(**ann.stamp(), name=" "))
    with pytest.raises(RefusedError):
        ben.change(c.RenameWorkspace(**ben.stamp(), name="Mine"))
    ann.undo(done.command_id)
    assert ben.read(own.name) == "Mill Street"
