"""Saved views and templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.templates import as_shortcut
from sms_desk.domain.templates import fields as field_names
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect
from sms_desk.store import templates, views


def save_view(ctx: Context, command: c.SaveView) -> Effect:
    """A view belongs to who saved it; sharing shows it to others (R4)."""
    name = named(command.name, "view")
    before = _own_view(ctx, command.view_id)
    new = views.save(
        ctx.tx,
        id_=command.view_id,
        name=name,
        owner_id=ctx.actor.person_id,
        shared_with=_shared(command),
        wanted=command.filter,
        at=command.at,
    )
    back: c.Command
    if new:
        back = c.DeleteView(id=command.id, at=command.at, view_id=command.view_id)
    else:
        assert before is not None
        back = _as_command(command, before)
    return Effect(Changes.of(view=command.view_id), 1, f"Saved the view {name}", inverse=(back,))


def delete_view(ctx: Context, command: c.DeleteView) -> Effect:
    seen = views.for_person(ctx.tx, ctx.actor.person_id, ctx.directory, ctx.now)
    known = command.view_id in {row["id"] for row in seen}
    before = _own_view(ctx, command.view_id) if known else None
    if before is None:
        return Effect(count=0, label="There is no such view")
    views.delete(ctx.tx, command.view_id)
    label = f"Deleted the view {before['name']}"
    return Effect(
        Changes.of(view=command.view_id), 1, label, inverse=(_as_command(command, before),)
    )


def _own_view(ctx: Context, view_id: UUID) -> Any:
    found = views.find(ctx.tx, view_id)
    if found is not None and found["owner_id"] != ctx.actor.person_id:
        raise RefusedError(
            "This view belongs to somebody else.", "Save a copy under another name.", rule="owner"
        )
    return found


def _shared(command: c.SaveView) -> dict[str, Any] | None:
    if command.shared_with_all:
        return {"all": True}
    return {"ids": [str(id_) for id_ in command.shared_with]} if command.shared_with else None


def _as_command(command: c.Command, row: Any) -> c.SaveView:
    shared = row["shared_with"] or {}
    return c.SaveView(
        id=command.id,
        at=command.at,
        view_id=row["id"],
        name=row["name"],
        filter=views.filter_of(row),
        shared_with=tuple(UUID(one) for one in shared.get("ids", ())) or None,
        shared_with_all=bool(shared.get("all")),
    )


def save_template(ctx: Context, command: c.SaveTemplate) -> Effect:
    """A template; its keyword finds it while typing (R36)."""
    name = named(command.name, "template")
    keyword = as_shortcut(command.keyword) if command.keyword.strip() else ""
    if not command.body.strip():
        raise UsageError("The template is empty.", "Write its text.")
    field_names(command.body)  # raises for a field that is not closed
    taken = templates.by_keyword(ctx.tx, keyword) if keyword else None
    if taken is not None and taken["id"] != command.template_id:
        raise UsageError(
            f"“/{keyword}” is the keyword of “{taken['name']}”.", "Choose another keyword."
        )
    templates.save(
        ctx.tx,
        {
            "id": command.template_id,
            "name": name,
            "keyword": keyword,
            "channel": command.channel,
            "body": command.body,
            "created_at": command.at,
        },
    )
    return Effect(Changes.of(template=command.template_id), 1, f"Saved the template {name}")


def retire_template(ctx: Context, command: c.RetireTemplate) -> Effect:
    name = templates.get(ctx.tx, command.template_id)["name"]
    templates.set_retired(ctx.tx, command.template_id, command.at if command.retired else None)
    back = c.RetireTemplate(
        id=command.id, at=command.at, template_id=command.template_id, retired=not command.retired
    )
    verb = "Retired" if command.retired else "Brought back"
    return Effect(
        Changes.of(template=command.template_id), 1, f"{verb} the template {name}", inverse=(back,)
    )


def named(name: str, what: str) -> str:
    """A name without stray white space. Raises UsageError for an empty one."""
    text = " ".join(name.split())
    if not text:
        raise UsageError(f"The {what} needs a name.", "Type a name.")
    return text
