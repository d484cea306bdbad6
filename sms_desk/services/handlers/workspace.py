"""Contacts, accounts, the workspace and its settings."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.handlers.targets import known_contact
from sms_desk.services.handlers.views import named
from sms_desk.settings import registry
from sms_desk.store import (
    accounts,
    contacts,
    content_templates,
    people,
    scans,
    settings,
    uncarried,
    workspaces,
)


def rename_contact(ctx: Context, command: c.RenameContact) -> Effect:
    """A contact's name; an empty one shows the number again (R62)."""
    known_contact(ctx, command.contact_id)
    before = contacts.get(ctx.tx, command.contact_id)["name"]
    name = " ".join(command.name.split())
    contacts.change(ctx.tx, command.contact_id, name=name)
    back = c.RenameContact(id=command.id, at=command.at, contact_id=command.contact_id, name=before)
    return Effect(_contact(ctx, command.contact_id), 1, "Renamed the contact", inverse=(back,))


def set_contact_owner(ctx: Context, command: c.SetContactOwner) -> Effect:
    known_contact(ctx, command.contact_id)
    before = contacts.get(ctx.tx, command.contact_id)["owner_id"]
    if command.owner_id is not None:
        people.actor(ctx.tx, command.owner_id)
    contacts.change(ctx.tx, command.contact_id, owner_id=command.owner_id)
    back = c.SetContactOwner(
        id=command.id, at=command.at, contact_id=command.contact_id, owner_id=before
    )
    return Effect(_contact(ctx, command.contact_id), 1, "Changed the owner", inverse=(back,))


def _contact(ctx: Context, contact_id: UUID) -> Changes:
    ids = frozenset(contacts.conversations(ctx.tx, contact_id))
    return Changes.of(contact=contact_id) | (Changes.of(conversation=ids) if ids else Changes())


def add_account(ctx: Context, command: c.AddAccount) -> Effect:
    """Connect a provider account; its secret is in the keyring already, or is asked for."""
    require_admin(ctx)
    accounts.add(
        ctx.tx,
        id_=command.account_id,
        provider=command.provider,
        sid=command.sid,
        label=named(command.label, "account"),
        base_url=command.base_url,
        key_sid=command.key_sid,
        at=command.at,
    )
    changes = Changes.of(account=command.account_id, line=None)
    return Effect(changes, 1, f"Connected {command.label}")


def remove_account(ctx: Context, command: c.RemoveAccount) -> Effect:
    """Stop syncing; the history stays readable (R58)."""
    require_admin(ctx)
    accounts.remove(ctx.tx, command.account_id, command.at if command.removed else None)
    back = c.RemoveAccount(
        id=command.id, at=command.at, account_id=command.account_id, removed=not command.removed
    )
    changes = Changes.of(account=command.account_id, line=None)
    for entry in uncarried.hold(ctx.tx, command.at):
        changes |= Changes.of(outbox=entry.id, conversation=entry.conversation_id)
    verb = "Disconnected" if command.removed else "Connected"
    return Effect(changes, 1, f"{verb} the account", inverse=(back,))


def fetch_history(ctx: Context, command: c.FetchHistory) -> Effect:
    """How far back the line goes; the engine does it by and by."""
    require_admin(ctx)
    account = accounts.get(ctx.tx, command.account_id)
    scans.choose_backfill(ctx.tx, account["id"], command.since, at=ctx.now)
    return Effect(Changes.of(line=None), 1, "Fetching older messages")


def pause_history(ctx: Context, command: c.PauseHistory) -> Effect:
    require_admin(ctx)
    account = accounts.get(ctx.tx, command.account_id)
    turn = scans.stop_backfill if command.paused else scans.resume_backfill
    turn(ctx.tx, account["id"], at=ctx.now)
    words = "Stopped" if command.paused else "Resumed"
    return Effect(Changes.of(line=None), 1, f"{words} fetching older messages")


def refresh_templates(ctx: Context, _command: c.RefreshTemplates) -> Effect:
    """Of every connected account; anybody may ask, since nothing changes but what is known."""
    connected = accounts.listing(ctx.tx)
    for account in connected:
        content_templates.ask_for_list(ctx.tx, account["id"], at=ctx.now)
    return Effect(Changes.of(line=None), len(connected), "Asked for the WhatsApp templates")


def rename_workspace(ctx: Context, command: c.RenameWorkspace) -> Effect:
    """What the window's title says."""
    require_admin(ctx)
    before, name = workspaces.name(ctx.tx), named(command.name, "workspace")
    workspaces.rename(ctx.tx, name)
    back = c.RenameWorkspace(id=command.id, at=command.at, name=before)
    label = f"The workspace is called {name} now"
    return Effect(Changes.of(setting=None), 1, label, inverse=(back,))


def change_setting(ctx: Context, command: c.ChangeSetting) -> Effect:
    """A person's own settings are theirs; those of the workspace an admin's."""
    setting = registry.get(command.name)
    value = None if command.value is None else setting.parse(command.value)
    if setting.scope is registry.Scope.MACHINE:
        raise UsageError(f"“{command.name}” is a setting of this machine, not of the workspace.")
    person = command.person_id if setting.scope is registry.Scope.PERSON else None
    if person is None:
        require_admin(ctx)
    elif person != ctx.actor.person_id:
        raise RefusedError("This setting is somebody else's.", rule="owner")
    before = settings.read(ctx.tx, person).get(command.name)
    settings.write(ctx.tx, command.name, value, command.at, person)
    back = c.ChangeSetting(
        id=command.id, at=command.at, name=command.name, value=before, person_id=person
    )
    return Effect(Changes.of(setting=None), 1, f"Changed {setting.title}", inverse=(back,))
