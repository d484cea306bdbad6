"""Wishes to hear no more, and India's registered texts (R39, R41)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import dlt as rules
from sms_desk.domain.changes import Changes
from sms_desk.domain.compliance import RequestState
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.model import Channel, OptOutScope
from sms_desk.domain.registration import is_entity_id
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.handlers.targets import resolve
from sms_desk.services.handlers.views import named
from sms_desk.store import (
    conversations,
    dlt,
    events,
    opt_out_requests,
    opt_outs,
    send_facts,
    senders,
    stopping,
)
from sms_desk.store.events import Event, EventKind
from sms_desk.store.ids import derived
from sms_desk.store.opt_outs import Scope

# --- wishes to hear no more -----------------------------------------------------------------------


def decide_opt_out_request(ctx: Context, command: c.DecideOptOutRequest) -> Effect:
    """Opt the contact out, dismiss, or take either back."""
    rows = opt_out_requests.get(ctx.tx, command.request_ids)
    ids = {row["conversation_id"] for row in rows}
    if len(ids) != 1:
        raise UsageError("These requests are of several conversations.", "Decide one by one.")
    (conversation_id,) = resolve(ctx, c.Targets(tuple(ids)))
    if command.decision is RequestState.OPEN:
        return _reopen(ctx, command, rows, conversation_id)
    if any(row["state"] != RequestState.OPEN for row in rows):
        raise RefusedError(
            "Somebody has decided this already.", "Undo that first.", rule="request_state"
        )
    changes = Changes.of(opt_out=None, conversation=conversation_id)
    label = "Dismissed the request"
    if command.decision is RequestState.OPTED_OUT:
        changes |= _opt_out(ctx, command, rows[0], conversation_id)
        label = "Opted the contact out"
    opt_out_requests.decide(
        ctx.tx,
        command.request_ids,
        command.decision,
        decided_by=ctx.actor.person_id,
        decided_at=command.at,
        opt_out_id=command.opt_out_id if command.decision is RequestState.OPTED_OUT else None,
    )
    back = c.DecideOptOutRequest(
        id=command.id,
        at=command.at,
        request_ids=command.request_ids,
        decision=RequestState.OPEN,
    )
    return Effect(changes, 1, label, inverse=(back,))


def _opt_out(
    ctx: Context, command: c.DecideOptOutRequest, first: Any, conversation_id: UUID
) -> Changes:
    row = conversations.load(ctx.tx, [conversation_id])[conversation_id]
    channel, scope = Channel(row["channel"]), _scope(ctx, row["sender_id"], command.scope)
    ended = opt_outs.record_person(
        ctx.tx,
        channel,
        row["peer_key"],
        scope,
        at=first["said_at"],
        opt_out_id=command.opt_out_id or derived(command.id, "opt_out"),
    )
    if ended is not None:
        raise RefusedError(
            "The contact has texted START since.", "Dismiss the request.", rule="restored"
        )
    _tell(ctx, command, conversation_id, EventKind.OPTED_OUT, scope.kind)
    stopped = stopping.stop_opted_out(ctx.tx, channel, row["peer_key"], at=ctx.now)
    return Changes.of(outbox=frozenset(entry.id for entry in stopped)) if stopped else Changes()


def _scope(ctx: Context, sender_id: UUID, wanted: OptOutScope | None) -> Scope:
    """As far as was asked for. Raises RefusedError where the sender ID belongs to no such thing."""
    own = opt_outs.scope_of(ctx.tx, sender_id)
    if wanted in (None, own.kind):
        return own
    if wanted is OptOutScope.SENDER:
        return Scope(OptOutScope.SENDER, sender_id)
    account_id = send_facts.carrier(ctx.tx, sender_id)
    if wanted is OptOutScope.ACCOUNT and account_id is not None:
        return Scope(OptOutScope.ACCOUNT, account_id)
    raise RefusedError(
        "The sender ID is in no Messaging Service and on no connected account.",
        "Choose another scope.",
        rule="scope",
    )


def _reopen(
    ctx: Context, command: c.DecideOptOutRequest, rows: Any, conversation_id: UUID
) -> Effect:
    """The decision is taken back, with the opt-out that it made."""
    for opt_out_id in {row["opt_out_id"] for row in rows if row["opt_out_id"] is not None}:
        opt_outs.forget_person(ctx.tx, opt_out_id)
        _tell(ctx, command, conversation_id, EventKind.OPTED_IN, None)
    opt_out_requests.decide(ctx.tx, command.request_ids, RequestState.OPEN)
    changes = Changes.of(opt_out=None, conversation=conversation_id)
    return Effect(changes, 1, "Opened the request again")


def _tell(
    ctx: Context,
    command: c.DecideOptOutRequest,
    conversation_id: UUID,
    kind: EventKind,
    scope: OptOutScope | None,
) -> None:
    detail = {} if scope is None else {"scope": scope.value}
    told = Event(
        derived(command.id, kind),
        conversation_id,
        ctx.now,
        kind,
        ctx.actor.person_id,
        "person",
        detail=detail,
    )
    events.append(ctx.tx, [told])


# --- registered texts -------------------------------------------------------------------------------


def save_dlt_template(ctx: Context, command: c.SaveDltTemplate) -> Effect:
    """Add a registered text, or correct it."""
    require_admin(ctx)
    values = _checked(ctx, command.text)
    known = dlt.known(ctx.tx, [values["dlt_id"]]).get((values["dlt_id"], values["sender_id"]))
    if known is not None and known["id"] != command.text.template_id:
        raise UsageError(
            f"The operators' number {values['dlt_id']} is “{known['name']}” already.",
            "Correct that one, or retire it first.",
        )
    stored = dlt.find(ctx.tx, command.text.template_id)  # its number may be what is corrected
    before = None if stored is None else _text_of(stored)
    dlt.save(ctx.tx, {**values, "created_at": command.at})
    back: c.Command = (
        c.RetireDltTemplate(id=command.id, at=command.at, template_id=command.text.template_id)
        if before is None
        else c.SaveDltTemplate(id=command.id, at=command.at, text=before)
    )
    changes = Changes.of(dlt_template=command.text.template_id)
    return Effect(changes, 1, f"Saved the registered text {values['name']}", inverse=(back,))


def retire_dlt_template(ctx: Context, command: c.RetireDltTemplate) -> Effect:
    """It is compared with no more; it can come back (R58)."""
    require_admin(ctx)
    row = dlt.get(ctx.tx, command.template_id)
    dlt.set_retired(ctx.tx, [command.template_id], command.at if command.retired else None)
    back = c.RetireDltTemplate(
        id=command.id,
        at=command.at,
        template_id=command.template_id,
        retired=not command.retired,
    )
    verb = "Retired" if command.retired else "Brought back"
    changes = Changes.of(dlt_template=command.template_id)
    return Effect(changes, 1, f"{verb} {row['name']}", inverse=(back,))


def import_dlt_templates(ctx: Context, command: c.ImportDltTemplates) -> Effect:
    """All or none: one transaction, and the first that cannot be kept is named."""
    require_admin(ctx)
    rows = [_checked(ctx, text) for text in command.texts]
    known = dlt.known(ctx.tx, [row["dlt_id"] for row in rows])
    fresh, corrected, gone = [], [], []
    for row in rows:
        old = known.get((row["dlt_id"], row["sender_id"]))
        if old is None:
            fresh.append({**row, "created_at": command.at, "retired_at": None})
            continue
        values = {**row, "id": old["id"], "retired_at": None}
        if any(old[name] != value for name, value in values.items()):
            corrected.append(_text_of(old))
            gone.extend([old["id"]] if old["retired_at"] else [])
            dlt.save(ctx.tx, values)
    dlt.insert(ctx.tx, fresh)
    back = c.TakeBackDltImport(
        id=command.id,
        at=command.at,
        texts=tuple(corrected),
        retired=(*(row["id"] for row in fresh), *gone),
    )
    words = f"Imported {len(rows):,} registered texts, {len(fresh):,} of them new"
    inverse = (back,) if back.texts or back.retired else ()
    return Effect(Changes.of(dlt_template=None), len(rows), words, inverse=inverse)


def take_back_dlt_import(ctx: Context, command: c.TakeBackDltImport) -> Effect:
    """What it corrected reads as before; what it added is retired and can come back (R58)."""
    require_admin(ctx)
    for text in command.texts:
        dlt.save(ctx.tx, _checked(ctx, text))
    dlt.set_retired(ctx.tx, command.retired, command.at)
    count = len({text.template_id for text in command.texts}.union(command.retired))
    return Effect(Changes.of(dlt_template=None), count, "Took back the import")


def _checked(ctx: Context, text: c.DltText) -> dict[str, Any]:
    """As it is kept. Raises UsageError."""
    name = named(text.name, "registered text")
    dlt_id, entity_id = text.dlt_id.strip(), text.entity_id.strip()
    if not is_entity_id(dlt_id):
        raise UsageError(
            f"“{text.dlt_id}” is no template ID of the operators.",
            "It is a number, mostly of 19 digits; copy it from the DLT portal.",
        )
    if not is_entity_id(entity_id):
        raise UsageError(
            f"“{text.entity_id}” is no principal entity ID.",
            "It is a number, mostly of 19 digits; copy it from the DLT portal.",
        )
    if text.sender_id is not None:
        senders.get(ctx.tx, text.sender_id)
    return {
        "id": text.template_id,
        "dlt_id": dlt_id,
        "entity_id": entity_id,
        "sender_id": text.sender_id,
        "name": name,
        "kind": text.kind,
        "body": rules.checked_body(text.body),
    }


def _text_of(row: Any) -> c.DltText:
    return c.DltText(
        row["id"],
        row["dlt_id"],
        row["entity_id"],
        row["name"],
        row["kind"],
        row["body"],
        row["sender_id"],
    )
