"""Campaigns and services: what they are, how they are recognised, and their automation's silence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import attribution
from sms_desk.domain import commands as c
from sms_desk.domain import programs as rules
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Binding, BindingKind, ProgramId, Purpose
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.store import programs, senders


def save_program(ctx: Context, command: c.SaveProgram) -> Effect:
    """Make a program or change all that is said of it; undo says again what was said before."""
    require_admin(ctx)
    _refuse_faults(ctx, command)
    before = programs.find_row(ctx.tx, command.program_id)
    name = rules.plain_name(command.name)
    programs.save(
        ctx.tx,
        {
            "id": command.program_id,
            "kind": command.kind,
            "name": name,
            "attribution_days": command.attribution_days,
            "starts_at": command.starts_at,
            "ends_at": command.ends_at,
            "takes_replies": command.takes_replies,
            "reply_instruction": command.reply_instruction.strip(),
            "auto_reply": command.auto_reply.strip(),
            "created_at": command.at,
        },
    )
    _refuse_rivals_of(ctx, command.program_id)
    changes = Changes.of(program=command.program_id, conversation=None)
    label = f"Saved the {command.kind} {name}"
    return Effect(changes, 1, label, inverse=(_back(command, before),))


def _refuse_faults(ctx: Context, command: c.SaveProgram) -> None:
    names = programs.names(ctx.tx)
    found = rules.faults(
        name=command.name,
        attribution_days=command.attribution_days,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        reply_instruction=command.reply_instruction,
        auto_reply=command.auto_reply,
        taken=[name for id_, name in names.items() if id_ != command.program_id],
    )
    if found:
        raise UsageError(found[0].title, found[0].next_step)


def _back(command: c.SaveProgram, before: Any) -> c.Command:
    """A program that is made and undone is retired, with the history that it may have by then."""
    if before is None:
        return c.RetireProgram(id=command.id, at=command.at, program_id=command.program_id)
    return c.SaveProgram(
        id=command.id,
        at=command.at,
        program_id=command.program_id,
        kind=before["kind"],
        name=before["name"],
        attribution_days=before["attribution_days"],
        starts_at=before["starts_at"],
        ends_at=before["ends_at"],
        takes_replies=before["takes_replies"],
        reply_instruction=before["reply_instruction"],
        auto_reply=before["auto_reply"],
    )


def retire_program(ctx: Context, command: c.RetireProgram) -> Effect:
    require_admin(ctx)
    name = programs.get(ctx.tx, command.program_id)["name"]
    programs.set_retired(ctx.tx, command.program_id, command.at if command.retired else None)
    _refuse_rivals_of(ctx, command.program_id)
    back = c.RetireProgram(
        id=command.id, at=command.at, program_id=command.program_id, retired=not command.retired
    )
    verb = "Retired" if command.retired else "Brought back"
    return Effect(Changes.of(program=command.program_id), 1, f"{verb} {name}", inverse=(back,))


# --- how it is recognised -------------------------------------------------------------------------


def bind_program(ctx: Context, command: c.BindProgram) -> Effect:
    """How a program's messages are recognised (R61); one sender ID serves one program."""
    require_admin(ctx)
    program = programs.get(ctx.tx, command.program_id)
    values = _target(command)
    _refuse_rival(ctx, Binding(ProgramId(command.program_id), command.kind, **values))
    if command.sender_id is not None:
        # What it is for follows from whom it serves (R11).
        senders.change(ctx.tx, command.sender_id, purpose=Purpose(program["kind"]))
    programs.bind(
        ctx.tx,
        {
            "id": command.binding_id,
            "program_id": command.program_id,
            "kind": command.kind,
            "since": command.at,
            **values,
        },
    )
    back = c.EndBinding(id=command.id, at=command.at, binding_id=command.binding_id, never=True)
    changes = Changes.of(program=command.program_id, sender=command.sender_id)
    return Effect(changes, 1, f"Bound {program['name']}", inverse=(back,))


def end_binding(ctx: Context, command: c.EndBinding) -> Effect:
    """From now on; with `never`, what it alone recognised is given back, too (R61)."""
    require_admin(ctx)
    binding = programs.binding(ctx.tx, command.binding_id)
    end = binding["since"] if command.never else command.at
    programs.set_binding_end(ctx.tx, command.binding_id, end)
    sender_id: UUID | None = binding["sender_id"]
    if sender_id is not None and programs.sender_holder(ctx.tx, sender_id) is None:
        senders.change(ctx.tx, sender_id, purpose=Purpose.DIRECT)
    back = c.ResumeBinding(id=command.id, at=command.at, binding_id=command.binding_id)
    changes = Changes.of(program=binding["program_id"], sender=sender_id)
    return Effect(changes, 1, "Ended the binding", inverse=(back,))


def resume_binding(ctx: Context, command: c.ResumeBinding) -> Effect:
    """It holds again as if it had never ended."""
    require_admin(ctx)
    binding = programs.binding(ctx.tx, command.binding_id)
    _refuse_rival(ctx, programs.as_binding(binding))
    if binding["sender_id"] is not None:
        kind = programs.get(ctx.tx, binding["program_id"])["kind"]
        senders.change(ctx.tx, binding["sender_id"], purpose=Purpose(kind))
    programs.set_binding_end(ctx.tx, command.binding_id, None)
    changes = Changes.of(program=binding["program_id"], sender=binding["sender_id"])
    return Effect(changes, 1, "Bound it again")


_TARGETS = {
    BindingKind.SENDER: "sender ID",
    BindingKind.MESSAGING_SERVICE: "Messaging Service",
    BindingKind.PATTERN: "pattern",
}


def _refuse_rivals_of(ctx: Context, program_id: UUID) -> None:
    """Raises RefusedError where new dates, or its return, let a program meet another's bindings."""
    _, bindings = programs.for_attribution(ctx.tx)
    for binding in bindings:
        if binding.program_id == program_id:
            _refuse_rival(ctx, binding, beside_own=True)


def _refuse_rival(ctx: Context, wanted: Binding, *, beside_own: bool = False) -> None:
    """Raises RefusedError where the same thing names a program already: a message has one (R61)."""
    running, bindings = programs.for_attribution(ctx.tx)
    if beside_own:
        bindings = [known for known in bindings if known.program_id != wanted.program_id]
    taken = attribution.rival(wanted, bindings, running) if wanted.program_id in running else None
    if taken is None:
        return
    target = _TARGETS[wanted.kind]
    if taken == wanted.program_id:
        raise RefusedError(
            f"{running[taken].name} is recognised by this {target} already.",
            f"Choose another {target}.",
            rule="dedicated",
        )
    raise RefusedError(
        f"This {target} is dedicated to {running[taken].name}.",
        f"End that binding first, or choose another {target}.",
        rule="dedicated",
    )


def _target(command: c.BindProgram) -> dict[str, Any]:
    wanted = {
        BindingKind.SENDER: "sender_id",
        BindingKind.MESSAGING_SERVICE: "service_id",
        BindingKind.PATTERN: "pattern",
    }[command.kind]
    values = {name: getattr(command, name) for name in ("sender_id", "service_id", "pattern")}
    if [name for name, value in values.items() if value] != [wanted]:
        raise UsageError(f"A binding by {command.kind} names one {wanted.removesuffix('_id')}.")
    if command.pattern is not None and not command.pattern.replace("*", "").strip():
        raise UsageError(
            "This pattern would fit every text.", "Type words that only its messages have."
        )
    return values
