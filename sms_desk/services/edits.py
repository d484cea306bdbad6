"""Two edits of one thing by people of whom neither had seen the other's: merged, or shown (GC5).

A command that edits says how it is taken back: by the same kind of command, holding what stood
there; of a template, which has no way back, it is read. The desk writes that down as the base; the
workspace asks its own handler, or reads, the same. What
only one of the two has changed is merged; where both changed one field, a person picks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from sms_desk.domain import commands as c
from sms_desk.domain import value_codec, who_wins
from sms_desk.domain.command_codec import encode, kind_of
from sms_desk.domain.who_wins import RUN, Verdict
from sms_desk.store import commands as history
from sms_desk.store import templates
from sms_desk.store.engine import Tx

EDITS: Final[Mapping[type[c.Command], str]] = {
    c.RenameContact: "the contact's name",
    c.SetContactOwner: "the contact's owner",
    c.EditScheduled: "the scheduled message",
    c.EditPerson: "this person",
    c.SetCapacity: "the capacity",
    c.EditSender: "this sender ID",
    c.SaveProgram: "this program",
    c.SaveView: "this view",
    c.SaveTemplate: "this template",
    c.SaveNoticeTemplate: "this template",
    c.SaveDltTemplate: "this text",
    c.RenameTeam: "the team's name",
    c.RenameWorkspace: "the workspace's name",
    c.ChangeSetting: "this setting",
}
"""What they change, in words."""


def stands(tx: Tx, command: c.Command) -> dict[str, Any] | None:
    """What stands where a command is about to write that says no way back; None for any other."""
    if not isinstance(command, c.SaveTemplate):
        return None
    row = templates.find(tx, command.template_id)
    if row is None:
        return None
    return encode(replace(command, **{name: row[name] for name in _OF_TEMPLATE}))


_OF_TEMPLATE: Final = ("name", "keyword", "channel", "body")


def before(tx: Tx, command: c.Command) -> dict[str, Any] | None:
    """What stood there before a command that has just run, by its fields; None for no edit."""
    row = history.get(tx, command.id) if type(command) in EDITS else None
    if row is None or row["inverse"] is None:
        return None
    steps: list[list[Any]] = row["inverse"].get("commands", [])
    return next((args for kind, args in steps if kind == kind_of(command)), None)


def merged(
    command: c.Command, base: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[c.Command, Verdict]:
    """The command as it is to run, and whether it may. base: what its author saw; now: what stands
    there, both by its fields."""
    changed: dict[str, Any] = {}
    hints = value_codec.hints_of(cast(Any, type(command)))
    for name, wanted in encode(command).items():
        if name not in base or name not in now:
            continue
        if wanted == base[name]:  # its author left it as it was
            changed[name] = value_codec.decode(hints[name], now[name])
            continue
        what = EDITS[type(command)]
        verdict = who_wins.decide_field(base[name], now[name], wanted, what=what)
        if verdict is not RUN:
            return command, verdict
    return replace(command, **changed), RUN
