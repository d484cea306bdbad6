"""`setting`: what can be chosen, from the one list of settings."""

from __future__ import annotations

from typing import Any

import click

from sms_desk.bootstrap import Session
from sms_desk.cli.answers import Changed, Rows, SettingRow
from sms_desk.cli.framework import group, with_session
from sms_desk.domain import commands as c
from sms_desk.services import preferences
from sms_desk.settings import registry
from sms_desk.settings.files import MachineState, Profile
from sms_desk.settings.registry import Scope, Setting


@group()
def setting() -> None:
    """Settings of this machine, of oneself, and of the workspace."""


@setting.command("list")
@with_session
def list_settings(session: Session) -> Rows[SettingRow]:
    """List all settings with the values that hold for oneself."""
    return Rows(tuple(_row(session, known) for known in registry.SETTINGS.values()))


@setting.command("get")
@click.argument("name")
@with_session
def get_setting(session: Session, name: str) -> SettingRow:
    """Show one setting."""
    return _row(session, registry.get(name))


@setting.command("set")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--default", "back", is_flag=True, help="Back to the default; no VALUE then.")
@with_session
def set_setting(session: Session, name: str, value: str | None, back: bool) -> SettingRow:
    """Choose a setting's value; those of the workspace need an admin."""
    known = registry.get(name)
    if back == (value is not None):
        raise click.UsageError("Give either a value or --default.")
    chosen = None if back else known.parse(value)
    if known.scope is Scope.MACHINE:
        _machine(session).choose(name, chosen)
    else:
        desk = session.desk
        person_id = desk.person_id if known.scope is Scope.PERSON else None
        desk.change(c.ChangeSetting(**desk.stamp(), name=name, value=chosen, person_id=person_id))
    return _row(session, known)


@setting.command("workspace-name")
@click.argument("name")
@with_session
def rename_workspace(session: Session, name: str) -> Changed:
    """Call the workspace NAME, as the window's title says it; needs an admin."""
    desk = session.desk
    return Changed.of(desk.change(c.RenameWorkspace(**desk.stamp(), name=name)))


def _row(session: Session, known: Setting) -> SettingRow:
    return SettingRow(
        known.name,
        str(known.scope),
        _value(session, known),
        known.default,
        known.title,
        known.help,
        known.kind.words,
    )


def _value(session: Session, known: Setting) -> Any:
    if known.scope is Scope.MACHINE:
        return _machine(session).setting(known.name)
    return session.desk.read(preferences.value, known.name)


def _machine(session: Session) -> MachineState:
    return MachineState(Profile(session.folder).state)
