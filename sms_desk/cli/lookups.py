"""The few reads for which the services have no function yet: the one place here below them."""

from __future__ import annotations

from uuid import UUID

from sms_desk.cli.answers import GroupRow
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.model import HolderKind
from sms_desk.services.context import Context
from sms_desk.store import accounts, people, senders, workspaces

Holder = tuple[HolderKind, UUID | None]


def groups(ctx: Context) -> tuple[GroupRow, ...]:
    """Teams and profiles by name, with who belongs to them now."""
    names = people.names(ctx.tx)
    found = sorted(senders.group_names(ctx.tx).items(), key=lambda item: item[1].casefold())
    return tuple(GroupRow(id_, name, _members(ctx, id_, names)) for id_, name in found)


def group(ctx: Context, kind: str, name: str) -> UUID:
    """A team or a profile by name in any case, or by id. Raises NotFoundError."""
    for id_, (called, is_) in senders.groups(ctx.tx).items():
        if is_ == kind and name.casefold() in (called.casefold(), str(id_)):
            return id_
    raise NotFoundError(f"There is no {kind} “{name}”.", "See sms-desk team list.")


def _members(ctx: Context, group_id: UUID, names: dict[UUID, str]) -> tuple[str, ...]:
    running = {
        member.person_id
        for member in ctx.directory.memberships
        if member.team_id == group_id and (member.until is None or ctx.now < member.until)
    }
    return tuple(sorted(names[person_id] for person_id in running))


def own_zone(ctx: Context) -> str:
    return ctx.actor.zone


def person_name(ctx: Context, person_id: UUID | None) -> str:
    return people.names(ctx.tx).get(person_id, "") if person_id else ""


def key_sid(ctx: Context, account_id: UUID) -> str:
    """The API key of an account; empty where its secret is the account's own."""
    return accounts.get(ctx.tx, account_id)["key_sid"] or ""


def workspace_id(ctx: Context) -> UUID:
    """Under which its secrets are kept: a team's workspace has another one than a desk's file."""
    return workspaces.id_of(ctx.tx)
