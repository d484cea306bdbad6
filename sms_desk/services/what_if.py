""" "What if": where the messages of the last days would have gone under another rule or with other
holders, beside where they went (R19, R20). Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain import positions, routing, what_if
from sms_desk.domain.commands import Holder
from sms_desk.domain.errors import RefusedError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import HolderKind, Position, Role, RoutingRule
from sms_desk.domain.plain_text import display_name
from sms_desk.domain.scopes import Holding
from sms_desk.domain.what_if import Past, Place, Times, Tried
from sms_desk.services import inbox
from sms_desk.services.context import Context
from sms_desk.services.route_words import sentence
from sms_desk.services.words import peer_text
from sms_desk.store import inbox as inbox_store
from sms_desk.store import people, routing_facts, senders

DAYS = 30
MOST_DAYS = 366
MOST_MESSAGES = 5_000
SHOWN = 200
"""So many of those that differ are listed, the newest."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try. holders: who would hold it; None: who does now. rule: how several would share
    it; with `keep_rule` as now. holding_id: the rule stands on that holding alone; None: on all.
    more: beside those who hold it."""

    sender_id: UUID
    days: int = DAYS
    rule: RoutingRule | None = None
    rule_person_id: UUID | None = None
    keep_rule: bool = False
    holding_id: UUID | None = None
    holders: tuple[Holder, ...] | None = None
    more: Holder | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many messages went to somebody, and how many would have. person_id None: to nobody;
    name: the person's, “Shared inbox” or “Unrouted”."""

    person_id: UUID | None
    name: str
    went: int
    would: int


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A message that would have gone elsewhere. id: the message's; why: in a sentence."""

    id: UUID
    conversation_id: UUID
    at: datetime
    contact: str
    went_id: UUID | None
    went: str
    would_id: UUID | None
    would: str
    why: str


@dataclass(frozen=True, slots=True)
class TriedOut:
    """messages: how many were gone through; differ: how many of them would have gone elsewhere;
    untold: how many more were left out because no trail was kept; cut: whether there were too many
    for one look; rows: the newest that differ; words: all of it in a sentence."""

    sender: str
    days: int
    messages: int
    differ: int
    untold: int
    cut: bool
    words: str
    people: tuple[Share, ...]
    rows: tuple[TriedRow, ...]


def try_rule(ctx: Context, trial: Trial) -> TriedOut:
    """Raises RefusedError for a rep, UsageError for what cannot be tried."""
    _check(ctx, trial)
    row = senders.get(ctx.tx, trial.sender_id)
    first = positions.first_at(ctx.now - timedelta(days=trial.days))
    arrived, untold, cut = routing_facts.arrived(
        ctx.tx, trial.sender_id, first, limit=MOST_MESSAGES
    )
    directory = what_if.held_by(ctx.directory, trial.sender_id, _holdings(ctx, trial))
    times = Times(directory, people.gone_since(ctx.tx))
    past = _past(ctx, trial.sender_id, arrived)
    tried = what_if.try_out(arrived, trial.sender_id, times, past)
    seen = _seen(ctx, {each.arrived.conversation_id for each in tried})
    shown = [each for each in tried if each.arrived.conversation_id in seen]
    words = _Words(ctx, display_name(row["label"]) or peer_text(row["address"]))
    differ = [each for each in shown if each.differs]
    return TriedOut(
        sender=words.sender,
        days=trial.days,
        messages=len(shown),
        differ=len(differ),
        untold=untold,
        cut=cut,
        words=_summary(len(shown), len(differ), trial.days, untold, cut),
        people=words.shares(shown),
        rows=words.rows(differ[::-1][:SHOWN]),
    )


def _check(ctx: Context, trial: Trial) -> None:
    if ctx.actor.role is Role.REP:
        raise RefusedError("Supervisors and admins try rules.", rule="role")
    if not 1 <= trial.days <= MOST_DAYS:
        raise UsageError(f"Days are from 1 to {MOST_DAYS}.")
    if trial.rule is RoutingRule.NAMED and trial.rule_person_id is None:
        raise UsageError("The rule “one person” needs that person.", "Name them.")
    if trial.rule is not RoutingRule.NAMED and trial.rule_person_id is not None:
        raise UsageError("Only the rule “one person” names one.")


def _holdings(ctx: Context, trial: Trial) -> tuple[Holding, ...]:
    """Who would hold it, and by which rule."""
    running = senders.running_holdings(ctx.tx, ctx.now, [trial.sender_id])
    now = [
        (
            row["id"],
            Holding(
                trial.sender_id,
                HolderKind(row["holder_kind"]),
                row["holder_id"],
                row["since"],
                None,
                None if row["rule"] is None else RoutingRule(row["rule"]),
                row["rule_person_id"],
            ),
        )
        for row in running
    ]
    holdings = [holding for _, holding in now]
    if trial.holders is not None:
        known = next((one for one in reversed(holdings) if one.rule is not None), None)
        holdings = [_new(ctx, trial, holder, known) for holder in trial.holders]
    if trial.keep_rule:
        return tuple(holdings)
    by, whom = trial.rule, trial.rule_person_id
    if trial.more is not None:
        added = replace(_new(ctx, trial, trial.more, None), rule=by, rule_person_id=whom)
        return (*holdings, added)
    if trial.holding_id is None:
        return what_if.with_rule(holdings, by, whom)
    return tuple(
        replace(holding, rule=by, rule_person_id=whom) if id_ == trial.holding_id else holding
        for id_, holding in now
    )


def _new(ctx: Context, trial: Trial, holder: Holder, known: Holding | None) -> Holding:
    """A holding that is not there. known: whose rule it would go on by."""
    rule = None if known is None else known.rule
    whom = None if known is None else known.rule_person_id
    return Holding(trial.sender_id, holder.kind, holder.id, ctx.now, None, rule, whom)


def _past(ctx: Context, sender_id: UUID, arrived: Sequence[what_if.Arrived]) -> Past:
    """What was known before each of them."""
    if not arrived:
        return Past()
    since = min(each.at for each in arrived)
    contacts = {each.contact_id for each in arrived}
    return Past(
        wrote=routing_facts.wrote(ctx.tx, sender_id, contacts),
        owners=routing_facts.contact_owners(ctx.tx, contacts),
        gave=routing_facts.gave(ctx.tx, since),
        turns=routing_facts.turns(ctx.tx, sender_id, before=since),
    )


def _seen(ctx: Context, ids: Collection[UUID]) -> Collection[UUID]:
    """Of conversations that are not theirs to see nothing is told, not even how many (R31)."""
    return inbox_store.visible(ctx.tx, ctx.reach, list(ids)) if ids else ids


def _summary(messages: int, differ: int, days: int, untold: int, cut: bool) -> str:
    span = "the last day" if days == 1 else f"the last {days} days"
    some = "1 message" if messages == 1 else f"{messages:,} messages"
    if not messages:
        words = f"In {span} nothing came in that can be tried."
    elif not differ:
        words = f"Nothing would change: {some} of {span}, and none would have gone elsewhere."
    else:
        words = f"{differ:,} of {some} of {span} would have gone elsewhere."
    if cut:
        words += " There are more; only the newest were tried."
    if untold:
        left = "1 more is" if untold == 1 else f"{untold:,} more are"
        words += f" {left} left out: they came by a back-fill, or before trails were kept."
    return words


class _Words:
    """Places and messages in words."""

    def __init__(self, ctx: Context, sender: str) -> None:
        self.sender = sender
        self._ctx = ctx
        self._names: Mapping[UUID, str] = ctx.remembered(people.names)

    def place(self, place: Place) -> str:
        if place.owner_id is not None:
            return display_name(self._names.get(place.owner_id, ""))
        return "Unrouted" if place.outcome == routing.UNROUTED else "Shared inbox"

    def shares(self, tried: Sequence[Tried]) -> tuple[Share, ...]:
        """By person, who would have most first."""
        went = Counter(
            (each.arrived.went.owner_id, self.place(each.arrived.went)) for each in tried
        )
        would = Counter((each.would.owner_id, self.place(each.would)) for each in tried)
        found = [Share(id_, name, went[id_, name], would[id_, name]) for id_, name in went | would]
        return tuple(sorted(found, key=lambda one: (-one.would, -one.went, one.name.casefold())))

    def rows(self, tried: Sequence[Tried]) -> tuple[TriedRow, ...]:
        ids = list(dict.fromkeys(each.arrived.conversation_id for each in tried))
        contacts = {
            row.id: display_name(row.contact_name) or row.peer for row in inbox.rows(self._ctx, ids)
        }
        return tuple(
            TriedRow(
                id=each.arrived.message_id,
                conversation_id=each.arrived.conversation_id,
                at=positions.instant(Position(each.arrived.position)),
                contact=contacts.get(each.arrived.conversation_id, ""),
                went_id=each.arrived.went.owner_id,
                went=self.place(each.arrived.went),
                would_id=each.would.owner_id,
                would=self.place(each.would),
                why=self._why(each),
            )
            for each in tried
        )

    def _why(self, tried: Tried) -> str:
        me = self._ctx.actor.person_id
        if tried.routing is None:
            trail = routing.trail(None, tried.would.owner_id)
        else:
            trail = routing.trail(tried.routing, tried.routing.owner_id)
        said = sentence(trail, self._names, self.sender, me)
        return said.replace("It came to", "To", 1)
