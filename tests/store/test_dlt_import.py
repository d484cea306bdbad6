"""India's registered texts come in as a whole and go back as a whole (R41)."""

from __future__ import annotations

from uuid import UUID

import pytest

from sms_desk.domain import commands as c
from sms_desk.domain.model import DltKind
from sms_desk.services.desk import Desk
from sms_desk.store import dlt
from sms_desk.store.engine import Workspace
from sms_desk.store.ids import new_id
from tests.store.office import Office

ENTITY = "1101234567890123456"


def text(n: int, body: str = "Your order has left.") -> c.DltText:
    dlt_id = f"11071600000000000{n:02d}"
    return c.DltText(new_id(), dlt_id, ENTITY, f"Text {n}", DltKind.SERVICE_IMPLICIT, body)


@pytest.fixture
def ann(workspace: Workspace) -> Desk:
    office = Office(workspace)
    return office.desk(office.ann)


def known(ann: Desk) -> dict[str, tuple[str, bool]]:
    """What stands there: the text, and whether it is compared with."""
    with ann.workspace.read() as tx:
        return {
            row["name"]: (row["body"], row["retired_at"] is None)
            for row in dlt.listing(tx, retired=True)
        }


def imported(ann: Desk, *texts: c.DltText) -> UUID:
    return ann.change(c.ImportDltTemplates(**ann.stamp(), texts=texts)).command_id


def test_r41_an_import_is_taken_back_as_one(ann: Desk) -> None:
    """What it added is retired, what it corrected reads as before, the rest is not touched."""
    one, two, three = text(1), text(2), text(3)
    imported(ann, one, two, three)
    ann.change(c.RetireDltTemplate(**ann.stamp(), template_id=three.template_id))
    before = known(ann)
    second = imported(ann, text(1), text(2, "Corrected."), text(3), text(4))
    assert known(ann) == {
        "Text 1": (one.body, True),
        "Text 2": ("Corrected.", True),
        "Text 3": (three.body, True),
        "Text 4": (one.body, True),
    }
    ann.undo(second)
    assert known(ann) == {**before, "Text 4": (one.body, False)}


def test_an_import_that_changes_nothing_leaves_nothing_to_take_back(ann: Desk) -> None:
    imported(ann, text(1))
    done = ann.change(c.ImportDltTemplates(**ann.stamp(), texts=(text(1),)))
    assert done.undo is None
