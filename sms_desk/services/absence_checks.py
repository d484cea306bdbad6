"""The check of a plan before it is saved: what the workspace knows of it, for `domain.cover_plan`
(R24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sms_desk.domain import commands as c
from sms_desk.domain import cover_plan, positions
from sms_desk.domain.absences import Absence, Part
from sms_desk.domain.cover_plan import Due, Gap, HeldSender, Helper, PlanFacts
from sms_desk.domain.model import Channel, Position
from sms_desk.domain.responsibility import Presence
from sms_desk.domain.scopes import Holders, holders_now, members_now, reachable
from sms_desk.domain.splitting import Thing, divide
from sms_desk.domain.whatsapp_window import closes_at
from sms_desk.services import covers, windows
from sms_desk.services.absence_rows import LoadLine
from sms_desk.services.context import Context
from sms_desk.services.words import peer_text
from sms_desk.store import absence_plans, contacts, people, senders
from sms_desk.store.absence_plans import Later, Load, Owned
from sms_desk.store.absences import Fallen

Plan = c.PlanAbsence | c.ChangeAbsence


def value_of(ctx: Context, plan: Plan) -> Absence:
    """The absence as it would be stored. Raises NotFoundError for one that is not there."""
    if isinstance(plan, c.PlanAbsence):
        person_id, permanent, zone = plan.person_id, plan.permanent, plan.zone
    else:
        row = absence_plans.get(ctx.tx, plan.absence_id)
        person_id, permanent, zone = row["person_id"], row["permanent"], row["zone"]
    return Absence(
        id=plan.absence_id,
        person_id=person_id,
        since=plan.since,
        until=plan.until,
        covers=plan.covers,
        permanent=permanent,
        zone=zone,
        since_wall=plan.since_wall,
        until_wall=plan.until_wall,
    )


@dataclass
class PlanLook:
    """One look at what somebody leaves behind, and at who may take it."""

    ctx: Context
    person_id: UUID

    @cached_property
    def owned(self) -> list[Owned]:
        return absence_plans.owned(self.ctx.tx, self.person_id)

    @cached_property
    def scheduled(self) -> list[Later]:
        return absence_plans.scheduled_by(self.ctx.tx, self.person_id)

    @cached_property
    def loads(self) -> dict[UUID, Load]:
        """What everybody answers now: their own, and what they cover for others."""
        found = Counter[UUID]()
        waiting = Counter[UUID]()
        here = self.ctx.directory.presence(self.ctx.now)
        for owner, load in absence_plans.loads(self.ctx.tx).items():
            if here.is_away(owner):
                self._pass_on(owner, found, waiting)
            else:
                found[owner] += load.open
                waiting[owner] += load.waiting
        return {one: Load(n, waiting[one]) for one, n in found.items()}

    def _pass_on(self, owner: UUID, found: Counter[UUID], waiting: Counter[UUID]) -> None:
        mine = absence_plans.owned(self.ctx.tx, owner)
        waits = {one.id: one.waiting for one in mine}
        answered = covers.answering(self.ctx.tx, self.ctx.now, dict.fromkeys(waits, owner))
        for id_, flow in answered.items():
            if len(flow.people) == 1:  # else nobody was chosen yet
                (one,) = flow.people
                found[one] += 1
                waiting[one] += waits[id_]

    def senders(self, plan_starts: Absence | None = None) -> list[HeldSender]:
        """The sender IDs that the person holds, alone or with others, by label."""
        ctx = self.ctx
        at = max(ctx.now, plan_starts.since) if plan_starts else ctx.now
        members = members_now(ctx.directory, at)
        mine = {team for team, some in members.items() if self.person_id in some}
        away = ctx.directory.presence(at).away | {self.person_id}
        held: dict[UUID, Holders] = {
            sender_id: holders
            for sender_id, holders in holders_now(ctx.directory, at).items()
            if self.person_id in holders.people or holders.groups & mine
        }
        return self._labelled(
            {
                sender_id: bool(reachable(holders, ctx.directory, members) - away)
                for sender_id, holders in held.items()
            }
        )

    def _labelled(self, others: Mapping[UUID, bool]) -> list[HeldSender]:
        """Sender IDs by label. others: of each, whether present people hold it besides."""
        known = senders.briefly(self.ctx.tx, list(others)) if others else {}
        found = [
            HeldSender(
                sender_id,
                known[sender_id]["label"] or peer_text(known[sender_id]["address"]),
                some,
            )
            for sender_id, some in others.items()
            if sender_id in known
        ]
        return sorted(found, key=lambda one: (one.label.casefold(), one.id))

    @cached_property
    def rules(self) -> list[HeldSender]:
        """The sender IDs of others whose rule names the person, by label."""
        rows = senders.naming(self.ctx.tx, self.person_id, self.ctx.now)
        return self._labelled({row["sender_id"]: True for row in rows})

    @cached_property
    def helpers(self) -> dict[UUID, Helper]:
        duties = windows.duties(self.ctx)
        return {
            row["id"]: Helper(row["name"], duties[row["id"]], duties[row["id"]].suspended)
            for row in people.listing(self.ctx.tx)
        }

    def takers(self, plan: Absence) -> dict[UUID, UUID | None]:
        """Whom the plan would choose for each open conversation; whom it chose already stays."""
        if plan.sole is not None:
            return dict.fromkeys((one.id for one in self.owned), plan.sole)
        named = plan.answering
        fixed = {
            one.conversation_id: one.substitute_id
            for one in absence_plans.choices(self.ctx.tx, plan.id)
            if one.substitute_id in named
        }
        fallen = [
            Fallen(one.id, one.sender_id, one.program_id, Part.CONVERSATIONS)
            for one in self.owned
            if one.id not in fixed
        ]
        gone = frozenset(id_ for id_, helper in self.helpers.items() if helper.gone)
        chosen = covers.choice(self.ctx.tx, plan, fallen, Presence(gone=gone))
        return {one.id: fixed.get(one.id) for one in self.owned} | {
            id_: taker for id_, taker, _ in chosen
        }

    def facts(self, plan: Absence) -> PlanFacts:
        """All that the check of a plan looks at."""
        takers = self.takers(plan)
        others = tuple(one for one in self.ctx.directory.absences if one.id != plan.id)
        return PlanFacts(
            plan=plan,
            now=self.ctx.now,
            name=self.helpers[self.person_id].name,
            people=self.helpers,
            others=others,
            senders=tuple(self.senders(plan)),
            windows=tuple(
                Due(one.id, _name(one), closes, takers.get(one.id))
                for one, closes in self._windows()
            ),
            scheduled=self._due(plan),
            conversations=len(self.owned),
            untaken=tuple(id_ for id_, taker in takers.items() if taker is None),
            contacts=contacts.owned_count(self.ctx.tx, self.person_id) if plan.permanent else 0,
            rules=tuple(self.rules) if plan.permanent else (),
        )

    def _windows(self) -> list[tuple[Owned, datetime]]:
        """Conversations whose WhatsApp window is open, and when it closes."""
        offsets = windows.Offsets(self.ctx)
        found = []
        for one in self.owned:
            if one.channel is Channel.WHATSAPP and one.last_inbound:
                at = positions.instant(Position(one.last_inbound))
                closes = closes_at(at, offsets.of(one.sender_id))
                if closes is not None and closes > self.ctx.now:
                    found.append((one, closes))
        return found

    def _due(self, plan: Absence) -> tuple[Due, ...]:
        cover = plan.cover(Part.SCHEDULED)
        things = [Thing(one.id, one.program_id, one.sender_id) for one in self.scheduled]
        taken = divide(things, cover.split, cover.shares)
        return tuple(
            Due(one.id, _name(one), one.due_at, taken.get(one.id)) for one in self.scheduled
        )

    def load_lines(self, plan: Absence) -> tuple[LoadLine, ...]:
        """What each substitute has beside this plan, and how many conversations it adds: of one
        that runs already, what it has brought them is its own."""
        added = Counter(self.takers(plan).values())
        brought = Counter[UUID]()
        if plan.runs(self.ctx.now) and self._is_saved(plan):
            owners = dict.fromkeys((one.id for one in self.owned), self.person_id)
            for flow in covers.answering(self.ctx.tx, self.ctx.now, owners).values():
                if len(flow.people) == 1:
                    brought.update(flow.people)
        named = [share.person_id for cover in plan.covers for share in cover.shares]
        capacities = people.capacities(self.ctx.tx)
        return tuple(
            LoadLine(
                one,
                self.helpers[one].name,
                max(0, self.loads.get(one, Load()).open - brought[one]),
                added[one],
                capacities.get(one),
            )
            for one in dict.fromkeys(named)
            if one in self.helpers
        )

    def _is_saved(self, plan: Absence) -> bool:
        return any(one.id == plan.id for one in self.ctx.directory.absences)


def _name(one: Owned | Later) -> str:
    """Read where it is asked for: an address as people write it costs a millisecond."""
    return one.contact_name or peer_text(one.reply_raw)


def gaps(look: PlanLook, plan: Absence) -> tuple[Gap, ...]:
    """The result of every check, in order."""
    return cover_plan.check(look.facts(plan))
