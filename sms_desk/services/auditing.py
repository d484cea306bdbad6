"""Which changes stand in the audit log, and what their entry says (R31).

The executor asks here after every command, so that a new one cannot forget it: a command of
`AUDITED` gets its entry from what its handler said (`Effect.audit`), else from the events of its
batch (conversations that changed hands), else from its own fields and those of its way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sms_desk.domain import audit
from sms_desk.domain import commands as c
from sms_desk.domain.audit import Deed, Kind, Reason
from sms_desk.domain.command_codec import decode, encode, kind_of
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, Moves
from sms_desk.settings import registry
from sms_desk.store import audit as store
from sms_desk.store import events, programs, senders, staffing
from sms_desk.store.engine import Tx
from sms_desk.store.events import Alike, EventKind, owner_in

AUDITED: Mapping[type[c.Command], Kind] = {
    c.Assign: Kind.ASSIGNED,
    c.StartConversation: Kind.ASSIGNED,
    c.Reassign: Kind.REASSIGNED,
    c.SetContactOwner: Kind.CONTACT_ASSIGNED,
    c.PlanAbsence: Kind.ABSENCE_PLANNED,
    c.ChangeAbsence: Kind.ABSENCE_CHANGED,
    c.EndAbsence: Kind.ABSENCE_ENDED,
    c.CancelAbsence: Kind.ABSENCE_CANCELLED,
    c.FixSubstitutes: Kind.COVER_SETTLED,
    c.HandOver: Kind.HANDED_OVER,
    c.TakeBackHandOver: Kind.HAND_OVER_UNDONE,
    c.ReviveAbsence: Kind.ABSENCE_REVIVED,
    c.TakeFromCover: Kind.COVER_TAKEN,
    c.SettleBrief: Kind.BRIEF_SETTLED,
    c.AddSender: Kind.SENDER_ADDED,
    c.EditSender: Kind.SENDER_CHANGED,
    c.RetireSender: Kind.SENDER_RETIRED,
    c.ImportSenders: Kind.SENDERS_IMPORTED,
    c.HoldSender: Kind.HOLDING_BEGUN,
    c.HoldSenders: Kind.HOLDING_BEGUN,
    c.EditHolding: Kind.HOLDING_CHANGED,
    c.RestoreHoldings: Kind.HOLDING_CHANGED,
    c.EndHolding: Kind.HOLDING_ENDED,
    c.SetHealth: Kind.HEALTH_SET,
    c.SwitchToFallback: Kind.FALLBACK_TAKEN,
    c.SwitchBack: Kind.FALLBACK_LEFT,
    c.SaveProgram: Kind.PROGRAM_CHANGED,
    c.RetireProgram: Kind.PROGRAM_RETIRED,
    c.BindProgram: Kind.BINDING_BEGUN,
    c.EndBinding: Kind.BINDING_ENDED,
    c.ResumeBinding: Kind.BINDING_BEGUN,
    c.WaiveFinding: Kind.FINDING_WAIVED,
    c.AddPerson: Kind.PERSON_ADDED,
    c.EditPerson: Kind.PERSON_CHANGED,
    c.SetCapacity: Kind.PERSON_CHANGED,
    c.SuspendPerson: Kind.PERSON_SUSPENDED,
    c.RemovePerson: Kind.PERSON_REMOVED,
    c.AddTeam: Kind.TEAM_ADDED,
    c.RenameTeam: Kind.TEAM_CHANGED,
    c.RetireTeam: Kind.TEAM_CHANGED,
    c.AddMember: Kind.MEMBER_ADDED,
    c.EndMembership: Kind.MEMBER_REMOVED,
    c.ResumeMembership: Kind.MEMBER_ADDED,
    c.AddAccount: Kind.ACCOUNT_ADDED,
    c.RemoveAccount: Kind.ACCOUNT_REMOVED,
    c.ChangeSetting: Kind.SETTING_CHANGED,
}

_TEAM_STATE = "state and tags say nothing of whose a conversation is; its thread keeps each change"
_SOURCE = "what a conversation answers; its thread keeps each change"
_MINE = "a person's own state, which concerns nobody else"
_WRITING = "a message or note is its own record, with author and attempts"
_TEXTS = "a text that is kept ready; the history of commands keeps it"
_CONSENT = "the opt-out and its decision are a record of their own"

NEEDS_NONE: Mapping[type[c.Command], str] = {
    c.Close: _TEAM_STATE,
    c.Reopen: _TEAM_STATE,
    c.Snooze: _TEAM_STATE,
    c.AddTag: _TEAM_STATE,
    c.RemoveTag: _TEAM_STATE,
    c.TakeOver: _SOURCE,
    c.RebindSource: _SOURCE,
    c.ReleaseAutomation: _SOURCE,
    c.MarkRead: _MINE,
    c.MarkUnread: _MINE,
    c.RestoreReadMarkers: _MINE,
    c.Pin: _MINE,
    c.Mute: _MINE,
    c.SaveDraft: _MINE,
    c.Reply: _WRITING,
    c.AddNote: _WRITING,
    c.Resend: _WRITING,
    c.CheckAgain: _WRITING,
    c.Drop: _WRITING,
    c.ConfirmHeld: _WRITING,
    c.Schedule: _WRITING,
    c.EditScheduled: _WRITING,
    c.CancelScheduled: _WRITING,
    c.SaveView: "a way of looking; it gives nobody a right",
    c.DeleteView: "a way of looking; it gives nobody a right",
    c.SaveTemplate: _TEXTS,
    c.RetireTemplate: _TEXTS,
    c.SaveDltTemplate: _TEXTS,
    c.RetireDltTemplate: _TEXTS,
    c.ImportDltTemplates: _TEXTS,
    c.TakeBackDltImport: _TEXTS,
    c.SaveNoticeTemplate: _TEXTS,
    c.RetireNoticeTemplate: _TEXTS,
    c.SendNoticeAgain: "a letter is its own record, with its tries",
    c.ShowNotices: _MINE,
    c.MuteSender: _MINE,
    c.DecideOptOutRequest: _CONSENT,
    c.UnsettleBrief: "whether a brief waits; what settling it moved, and its undo, are told",
    c.FetchHistory: "how much history is fetched; it gives nobody a right",
    c.PauseHistory: "how much history is fetched; it gives nobody a right",
    c.RefreshTemplates: "a list is read again; nobody's work changes",
    c.RenameContact: "a name, which the log must not hold",
    c.RenameWorkspace: "a name, which the log must not hold",
}

_TURNS: Mapping[type[c.Command], tuple[str, str]] = {
    c.ReviveAbsence: ("ended", "in_force"),
    c.CancelAbsence: ("planned", "called_off"),
    c.FixSubstitutes: ("chosen_anew", "as_before"),
    c.EndHolding: ("in_force", "ended"),
    c.EndBinding: ("in_force", "ended"),
    c.ResumeBinding: ("ended", "in_force"),
    c.EndMembership: ("in_force", "ended"),
    c.ResumeMembership: ("ended", "in_force"),
}
"""What these turn, from what to what."""

_STAMP = frozenset({"id", "at"})


def record(ctx: Context, command: c.Command, effect: Effect) -> None:
    """Write the one entry of a command that has just run, where it needs one."""
    deed = _undone(ctx, command, effect) if isinstance(command, c.Undo) else None
    if not isinstance(command, c.Undo):
        deed = _deed(ctx, command, effect)
    if deed is not None:
        store.append(ctx.tx, deed, at=ctx.now, actor_id=ctx.actor.person_id, batch_id=command.id)


def by_rule(tx: Tx, deed: Deed, at: datetime, batch_id: UUID | None = None) -> None:
    """Write the entry of what no person did: a routing rule, or a date that came."""
    store.append(tx, deed, at=at, actor_id=None, batch_id=batch_id)


def _undone(ctx: Context, command: c.Undo, effect: Effect) -> Deed | None:
    """Of what an entry tells, being taken back is told, too. before and after: the owners where
    conversations went back, else those of the entry, turned round."""
    original = store.of_batch(ctx.tx, command.command_id)
    if original is None:
        return None
    moves = _moves(ctx, command, effect)
    if moves:
        about = audit.owners(moves)
        subjects, before, after = about["subject_ids"], about["before"], about["after"]
    else:
        subjects = original.subject_ids
        before, after = audit.Stored(original.after), {"was": audit.Stored(original.before)}
    after = {"undoes": command.command_id, "entry": original.n, **after}
    return Deed(Kind.UNDONE, subjects, before, after, Reason.UNDO)


# --- what an entry says ---------------------------------------------------------------------------


def _deed(ctx: Context, command: c.Command, effect: Effect) -> Deed | None:
    kind = AUDITED.get(type(command))
    back_again = isinstance(command, c.SuspendPerson) and not command.suspended
    if back_again or (isinstance(command, c.RemovePerson) and not command.removed):
        kind = Kind.PERSON_RESTORED
    if kind is None or not effect.count or not _concerns_all(command):
        return None
    if effect.audit is not None or isinstance(command, c.StartConversation):
        return effect.audit  # who finds a conversation that is there has assigned nothing
    moves = _moves(ctx, command, effect)
    if moves:
        return _moved(command, effect, kind, moves)
    return _from_fields(ctx, command, effect, kind)


def _moved(
    command: c.Command,
    effect: Effect,
    kind: Kind,
    moves: Moves,
) -> Deed:
    """Conversations that changed hands, and the sender IDs that went with them."""
    about = audit.owners(moves)
    before, after = dict(about["before"]), dict(about["after"])
    _add_holdings(command, effect, before, after)
    named = [id_ for id_ in _ids(command) if id_ not in moves]
    subjects = tuple(dict.fromkeys((*about["subject_ids"], *named)))
    return Deed(kind, subjects, before, after, _reason(command))


def _concerns_all(command: c.Command) -> bool:
    """What a person chooses for themselves is theirs."""
    if not isinstance(command, c.ChangeSetting):
        return True
    return registry.get(command.name).scope is not registry.Scope.PERSON


def _moves(ctx: Context, command: c.Command, effect: Effect) -> Moves:
    """What changed hands: as the handler says, else as the events of the batch tell."""
    if effect.moves is not None:
        return effect.moves
    return _told(events.of_batch(ctx.tx, command.id))


def _told(happened: Iterable[Alike]) -> Moves:
    found: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for alike in happened:
        if alike.kind is not EventKind.ASSIGNED:
            continue
        was, now = (owner_in(alike.detail.get(side)) for side in ("before", "after"))
        for id_ in alike.conversation_ids:
            found[id_] = (found[id_][0] if id_ in found else was, now)
    return found


def _from_fields(ctx: Context, command: c.Command, effect: Effect, kind: Kind) -> Deed:
    """The command's own fields are what is after; those of its way back what was before."""
    about = _named(ctx, command)
    after = {**_said(command), **about}
    back = next((_typed(one) for one in effect.inverse if type(one) is type(command)), None)
    before: dict[str, Any] = {} if back is None else _said(back)
    _add_turn(ctx, command, before, after)
    if back is not None and not isinstance(command, c.ImportSenders):
        after["changed"] = [audit.Word(name) for name in _changed(command, back)]
    if effect.count > 1:
        after["count"] = effect.count
    _add_holdings(command, effect, before, after)
    subjects = (*about.values(), *_ids(command), *(() if back is None else _ids(back)))
    ids = (each for each in subjects if isinstance(each, UUID))
    return Deed(kind, tuple(dict.fromkeys(ids)), before or None, after, _reason(command))


def _typed(command: c.Command) -> c.Command:
    """With enumerated words as such, also where a handler took them as they are stored."""
    return decode(kind_of(command), command.id, command.at, encode(command))


def _add_turn(
    ctx: Context, command: c.Command, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Before and after of what its way back does not tell, since that is another command."""
    if type(command) in _TURNS:
        was, now = _TURNS[type(command)]
        before["state"], after["state"] = audit.Word(was), audit.Word(now)
    elif isinstance(command, c.RestoreHoldings):
        before["held"] = command.begun
        after["held"] = [one.holding_id for one in command.ended]
    elif isinstance(command, c.SwitchToFallback | c.SwitchBack):
        own = command.sender_id
        both = (own, senders.get(ctx.tx, own)["fallback_id"])
        there = isinstance(command, c.SwitchToFallback)
        before["goes_on_from"], after["goes_on_from"] = both if there else both[::-1]


def _named(ctx: Context, command: c.Command) -> dict[str, Any]:
    """Who and what a row is about that the command names by the row's id alone."""
    if isinstance(command, c.EndBinding | c.ResumeBinding):
        row = programs.binding(ctx.tx, command.binding_id)
        named = ("program_id", "sender_id", "service_id")
        return {name: row[name] for name in named if row[name] is not None}
    holding_id = getattr(command, "holding_id", None)
    if holding_id is not None:
        row = senders.holding(ctx.tx, holding_id)
        return {name: row[name] for name in ("sender_id", "holder_id")}
    if isinstance(command, c.EndMembership | c.ResumeMembership):
        row = staffing.membership(ctx.tx, command.membership_id)
        return {name: row[name] for name in ("team_id", "person_id")}
    absence_id = getattr(command, "absence_id", None)
    if absence_id is not None and not hasattr(command, "person_id"):
        person_id = store.absent_person(ctx.tx, absence_id)
        return {} if person_id is None else {"person_id": person_id}
    return {}


def _add_holdings(
    command: c.Command, effect: Effect, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Which holdings a command over many began, ended and gave another rule, and which contacts it
    gave away, as its way back tells."""
    if isinstance(command, c.EndHolding | c.EditHolding):
        return
    begun = [one.holding_id for one in effect.inverse if isinstance(one, c.EndHolding)]
    ended = [one.holding_id for one in effect.inverse if isinstance(one, c.EditHolding)]
    renamed: list[UUID] = []
    routed = [id_ for one in effect.inverse if isinstance(one, c.Assign) for id_ in one.targets.ids]
    contacts = [
        id_
        for one in effect.inverse
        if isinstance(one, c.TakeBackHandOver)
        for some in one.contacts
        for id_ in some.contact_ids
    ]
    for restored in effect.inverse:
        if isinstance(restored, c.RestoreHoldings):
            begun += restored.begun
            ended += (one.holding_id for one in restored.ended)
            renamed += (one.holding_id for one in restored.renamed)
    after |= {"renamed": renamed} if renamed else {}
    after |= {"contacts": contacts} if contacts else {}
    after |= {"begun": begun} if begun else {}
    after |= {"routed": routed} if routed else {}
    before |= {"ended": ended} if ended else {}


def _reason(command: c.Command) -> Reason:
    if isinstance(command, c.ImportSenders):
        return Reason.IMPORT
    said = getattr(command, "reason", "")
    known = {Reason.VACATION, Reason.SICK, Reason.LEFT, Reason.OTHER}
    return Reason(said) if said in known else Reason.PERSON


def _said(command: c.Command) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(command, c.ImportSenders):
        found["sender_ids"] = [line.sender_id for line in command.lines]
        found["removed"] = command.removed
        return found
    if isinstance(command, c.RestoreHoldings):
        return found
    if isinstance(command, c.SwitchBack):
        return {"sender_id": command.sender_id, "count": len(command.pairs)}
    if isinstance(command, c.FixSubstitutes):
        return {"count": len(command.chosen)}
    alone = _left_alone(command)
    for field in fields(command):
        value = getattr(command, field.name)
        if field.name in alone or isinstance(value, c.Targets):
            continue
        if isinstance(command, c.ChangeSetting) and field.name == "name":
            value = audit.Word(registry.get(value).name)
        if not isinstance(value, str) or isinstance(value, StrEnum | audit.Word):
            found[field.name] = value
    return found


def _changed(command: c.Command, back: c.Command) -> list[str]:
    alone = _left_alone(command)
    return [
        field.name
        for field in fields(command)
        if field.name not in alone and getattr(command, field.name) != getattr(back, field.name)
    ]


def _left_alone(command: c.Command) -> frozenset[str]:
    """Fields that say nothing about what changes: also those of which None means "as it is"."""
    if isinstance(command, c.EditSender) and command.purpose is None:
        return _STAMP | {"kind", "purpose", "country", "registration", "fallback_id"}
    if isinstance(command, c.EditPerson) and command.email is None:
        return _STAMP | {"email"}
    return _STAMP


def _ids(value: Any) -> Iterable[UUID]:
    """Every id that a command names, but its own and those of rows that it makes."""
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, tuple | frozenset):
        if len(value) <= audit.INLINE:
            for item in value:
                yield from _ids(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name != "id" or not isinstance(value, c.Command):
                yield from _ids(getattr(value, field.name))
