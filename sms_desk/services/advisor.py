"""The advisor over this workspace: its findings, and the commands that a remedy is made of (R15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sms_desk.domain import addresses, advisor, registration, sender_policy
from sms_desk.domain import commands as c
from sms_desk.domain.advisor import (
    Close,
    Dedicate,
    Finding,
    FindingCode,
    Give,
    Release,
    Retire,
    SetAutoReply,
    SetFallback,
    Severity,
    Step,
)
from sms_desk.domain.advisor_facts import (
    Facts,
    Overlap,
    PersonFacts,
    ProgramFacts,
    Reached,
    SenderFacts,
    Traffic,
)
from sms_desk.domain.errors import NotFoundError, RefusedError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    BindingKind,
    Channel,
    Health,
    HolderKind,
    ProgramKind,
    Purpose,
    Role,
    SenderDirection,
    SenderKind,
    SourceKind,
    TeamState,
)
from sms_desk.domain.scopes import Holders, holders_now
from sms_desk.services.context import Context
from sms_desk.services.desk import Stamp
from sms_desk.services.effects import require_admin
from sms_desk.services.words import peer_text
from sms_desk.store import people, programs, senders, traffic, waivers
from sms_desk.store.ids import derived
from sms_desk.store.traffic import Sent

DAYS = 90
_CLOSED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in words. remedy: what one click does, "" where there is none.

    waived_by, waived_at, waived_reason: who accepted it as it is, if anybody did.
    """

    key: str
    code: FindingCode
    severity: Severity
    title: str
    explanation: str
    based_on: tuple[str, ...]
    next_step: str
    remedy: str
    sender_ids: tuple[UUID, ...]
    person_ids: tuple[UUID, ...]
    program_ids: tuple[UUID, ...]
    waived_by: str = ""
    waived_at: datetime | None = None
    waived_reason: str = ""

    @property
    def waived(self) -> bool:
        return self.waived_at is not None


def findings(ctx: Context, *, waived: bool = False) -> tuple[FindingRow, ...]:
    """All that the guideline has against this directory, worst first; what was accepted as it is
    only when asked for. Walks the messages of 90 days: not for the window's thread.

    Raises RefusedError for reps, who do not see everybody's traffic (R31).
    """
    _require_overview(ctx)
    accepted = waivers.listing(ctx.tx)
    names = people.names(ctx.tx)
    rows = (_row(found, accepted.get(found.key), names) for found in advisor.advise(facts(ctx)))
    return tuple(row for row in rows if waived or not row.waived)


def remedy_commands(ctx: Context, key: str, stamp: Stamp) -> list[c.Command]:
    """What the remedy of a finding does as it stands now, under ids derived from the stamp's.

    Raises NotFoundError where it is no longer so, RefusedError where it has no remedy or the actor
    does not configure the workspace.
    """
    require_admin(ctx)
    found = next((one for one in advisor.advise(facts(ctx)) if one.key == key), None)
    if found is None:
        raise NotFoundError("The advisor no longer finds that.", "Look at its list again.")
    if found.remedy is None:
        raise RefusedError("This cannot be mended by one click.", found.next_step, rule="remedy")
    return _commands(ctx, found.remedy.step, stamp)


def _require_overview(ctx: Context) -> None:
    if ctx.actor.role is Role.REP:
        raise RefusedError(
            "The advisor looks at everybody's sender IDs.",
            "Ask a supervisor or an admin.",
            rule="role",
        )


def _commands(ctx: Context, step: Step, stamp: Stamp) -> list[c.Command]:
    id_ = stamp["id"]
    match step:
        case Give(sender_id, person_id):
            return [
                c.HoldSender(
                    **stamp,
                    holding_id=derived(id_, "holding"),
                    sender_id=sender_id,
                    holder_kind=HolderKind.PERSON,
                    holder_id=person_id,
                )
            ]
        case Dedicate(sender_id, program_id):
            return [
                c.BindProgram(
                    **stamp,
                    binding_id=derived(id_, "binding"),
                    program_id=program_id,
                    kind=BindingKind.SENDER,
                    sender_id=sender_id,
                )
            ]
        case Release(sender_id, program_id):
            bound = programs.bindings(ctx.tx, program_id)
            return [
                c.EndBinding(id=derived(id_, str(n)), at=stamp["at"], binding_id=row["id"])
                for n, row in enumerate(bound)
                if row["sender_id"] == sender_id
            ]
        case SetFallback(sender_id, fallback_id):
            return [_with_fallback(ctx, stamp, sender_id, fallback_id)]
        case SetAutoReply(program_id, text):
            return [_with_auto_reply(ctx, stamp, program_id, text)]
        case Retire(sender_id):
            return [c.RetireSender(**stamp, sender_id=sender_id)]
        case Close(conversation_ids):
            return [c.Close(**stamp, targets=c.Targets(conversation_ids))]


def _with_fallback(ctx: Context, stamp: Stamp, sender_id: UUID, fallback_id: UUID) -> c.Command:
    row = senders.get(ctx.tx, sender_id)
    return c.EditSender(
        **stamp,
        sender_id=sender_id,
        label=row["label"],
        direction=SenderDirection(row["direction"]),
        inbound_id=row["inbound_id"],
        kind=SenderKind(row["kind"]),
        purpose=Purpose(row["purpose"]),
        country=row["country"],
        registration=registration.from_json(row["registration"]),
        fallback_id=fallback_id,
    )


def _with_auto_reply(ctx: Context, stamp: Stamp, program_id: UUID, text: str) -> c.Command:
    row = programs.get(ctx.tx, program_id)
    return c.SaveProgram(
        **stamp,
        program_id=program_id,
        kind=ProgramKind(row["kind"]),
        name=row["name"],
        attribution_days=row["attribution_days"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        takes_replies=row["takes_replies"],
        reply_instruction=row["reply_instruction"],
        auto_reply=text,
    )


def _row(found: Finding, accepted: Any, names: Mapping[UUID, str]) -> FindingRow:
    row = FindingRow(
        found.key,
        found.code,
        found.severity,
        found.title,
        found.explanation,
        found.based_on,
        found.next_step,
        found.remedy.label if found.remedy else "",
        found.sender_ids,
        found.person_ids,
        found.program_ids,
    )
    if accepted is None:
        return row
    return replace(
        row,
        waived_by=names.get(accepted["person_id"], ""),
        waived_at=accepted["at"],
        waived_reason=accepted["reason"],
    )


# --- facts ----------------------------------------------------------------------------------------


def facts(ctx: Context) -> Facts:
    """The directory and its traffic as the rules look at them."""
    sent = traffic.sent_since(ctx.tx, ctx.now - timedelta(days=DAYS))
    homes = ctx.directory.inbound_of
    return Facts(
        senders=tuple(_senders(ctx)),
        people=tuple(
            PersonFacts(row["id"], row["name"], Role(row["role"]))
            for row in people.listing(ctx.tx)
            if row["suspended_at"] is None
        ),
        programs=tuple(_programs(ctx)),
        traffic=tuple(_traffic(ctx, sent)),
        reached=tuple(_reached(sent)),
        overlaps=tuple(_overlaps(ctx, sent, homes)),
        days=DAYS,
    )


def _senders(ctx: Context) -> Iterable[SenderFacts]:
    holders = holders_now(ctx.directory, ctx.now)
    serves = programs.by_sender(ctx.tx)
    for row in senders.listing(ctx.tx):
        key, country = _plan(row["address"])
        yield SenderFacts(
            id=row["id"],
            channel=Channel(row["channel"]),
            key=key,
            kind=SenderKind(row["kind"]),
            country=row["country"] or country,
            name=row["label"] or peer_text(row["address"]),
            direction=SenderDirection(row["direction"]),
            purpose=Purpose(row["purpose"]),
            health=Health(row["health"]),
            registration=registration.from_json(row["registration"]),
            holders=holders.get(row["id"], Holders()),
            program_id=serves.get(row["id"]),
            fallback_id=row["fallback_id"],
        )


@lru_cache(maxsize=20_000)
def _plan(address: str) -> tuple[str, str]:
    """The key of a sender ID's address, and its country by the numbering plan, "" if that is open."""
    return addresses.from_provider(address).key, sender_policy.country_of(address)


def _programs(ctx: Context) -> Iterable[ProgramFacts]:
    members = senders.service_members(ctx.tx)
    for row in programs.listing(ctx.tx):
        bound = programs.bindings(ctx.tx, row["id"])
        named = {found["sender_id"] for found in bound if found["sender_id"] is not None}
        pooled = {id_ for found in bound for id_ in members.get(found["service_id"], ())}
        yield ProgramFacts(
            row["id"],
            ProgramKind(row["kind"]),
            row["name"],
            row["takes_replies"],
            row["auto_reply"],
            frozenset(named | pooled),
        )


def _kind(kinds: Mapping[UUID, SourceKind], one: Sent) -> SourceKind | None:
    """What it was sent for; None for a hand-written answer in a program's conversation (R16)."""
    if one.program_id is not None:
        return kinds.get(one.program_id)
    direct = one.source_kind == SourceKind.DIRECT and one.source_from_id is None
    return SourceKind.DIRECT if direct else None


def _kinds(ctx: Context) -> dict[UUID, SourceKind]:
    return {row["id"]: SourceKind(row["kind"]) for row in programs.listing(ctx.tx, retired=True)}


def _traffic(ctx: Context, sent: Iterable[Sent]) -> Iterable[Traffic]:
    kinds = _kinds(ctx)
    counted: dict[tuple[UUID, SourceKind, UUID | None], int] = defaultdict(int)
    for one in sent:
        kind = _kind(kinds, one)
        if kind is not None:
            counted[one.sender_id, kind, one.program_id] += one.sent
    return (Traffic(*key, n) for key, n in counted.items())


def _reached(sent: Iterable[Sent]) -> Iterable[Reached]:
    counted: dict[tuple[UUID, str], int] = defaultdict(int)
    for one in sent:
        region = _region(one.peer_key[:_TELLING])
        if region:
            counted[one.sender_id, region] += one.sent
    return (Reached(*key, n) for key, n in counted.items())


_TELLING = 5
"""Of a number with +: enough to tell the US from its neighbours, and India from the world."""
_SUBSCRIBER = 2_345_678
"""Behind any area code of North America a number that could be somebody's."""


@lru_cache(maxsize=20_000)
def _region(beginning: str) -> str:
    """The country whose numbers begin so; "" for what is no number with a country code."""
    import phonenumbers

    digits = beginning.removeprefix("+")
    if digits == beginning or not digits.isdecimal():
        return ""
    if digits.startswith("1"):
        number = phonenumbers.PhoneNumber(1, int(digits[1:] or 0) * 10**7 + _SUBSCRIBER)
        return phonenumbers.region_code_for_number(number) or ""
    codes = (int(digits[:length]) for length in (2, 3))
    regions = (phonenumbers.region_code_for_country_code(code) for code in codes)
    return next((region for region in regions if region not in ("ZZ", "001")), "")


def _overlaps(ctx: Context, sent: Iterable[Sent], homes: Mapping[UUID, UUID]) -> Iterable[Overlap]:
    """Contacts addressed from several sender IDs; a one-way one and its inbound number are one (R60)."""
    kinds = _kinds(ctx)
    groups: dict[tuple[UUID, str, SourceKind, UUID | None], list[Sent]] = defaultdict(list)
    for one in sent:
        kind = _kind(kinds, one)
        if kind is not None:
            groups[one.contact_id, one.channel, kind, one.program_id].append(one)
    found: dict[tuple[SourceKind, UUID | None, frozenset[UUID]], list[list[Sent]]] = defaultdict(
        list
    )
    for (_, _, kind, program_id), parts in groups.items():
        used = frozenset(homes.get(part.sender_id, part.sender_id) for part in parts)
        if len(used) > 1:
            found[kind, program_id, used].append(parts)
    for (kind, program_id, used), contacts in found.items():
        older = [id_ for parts in contacts[:_CLOSED_AT_ONCE] for id_ in _older(parts)]
        yield Overlap(kind, program_id, used, len(contacts), tuple(older[:_CLOSED_AT_ONCE]))


def _older(parts: list[Sent]) -> list[UUID]:
    """The open conversations but for the one in which something was said last."""
    newest = max(parts, key=lambda part: part.last_position).conversation_id
    return sorted(
        {
            part.conversation_id
            for part in parts
            if part.conversation_id != newest and part.team_state == TeamState.OPEN
        }
    )
