"""Deciding, in the transaction in which something happens, who is told of it (R20, R21, R22, R56).

The rules are `domain.notices`; this hands them what the workspace knows and keeps what they decide.
Nothing is shown or sent here: a window shows what waits for its person, the connector sends e-mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sms_desk.domain import notices as rules
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import Role
from sms_desk.domain.notices import (
    Because,
    Circumstances,
    Concerned,
    Kind,
    State,
    Told,
    Way,
    Wishes,
)
from sms_desk.domain.responsibility import Flow, responsible, told_instead
from sms_desk.domain.scopes import NOBODY, Directory, holders_now, members_now, reachable
from sms_desk.domain.wall_time import require_zone
from sms_desk.domain.working_hours import ALWAYS, parse_hours
from sms_desk.services.context import Context
from sms_desk.settings import registry
from sms_desk.store import absences, notices, people, settings
from sms_desk.store.engine import Tx
from sms_desk.store.ids import new_id
from sms_desk.store.remembered import remembered

_WISHES = ("notice_screen", "notice_email", "do_not_disturb")


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers a conversation now. absence_id: of its owner, where it is others; takers: who
    takes the notifications of that absence, where it names anybody."""

    people: frozenset[UUID]
    absence_id: UUID | None = None
    takers: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """A contact's message that has just been stored. owner_id: whose the conversation is by now."""

    id: UUID
    conversation_id: UUID
    sender_id: UUID
    owner_id: UUID | None
    at: datetime


class Teller:
    """The people of one moment, and how they want to be told."""

    def __init__(self, tx: Tx, directory: Directory, now: datetime) -> None:
        self._directory = directory
        self._now = now
        self._people = {row["id"]: dict(row) for row in remembered(tx, people.listing)}
        self._chosen = {name: remembered(tx, settings.of_people, name) for name in _WISHES}
        self._workspace = remembered(tx, settings.read)
        self.presence = directory.presence(now)
        self._mutes = remembered(tx, notices.mutes)
        self._templates = notices.of_holdings(tx, now)
        self._wishes: dict[UUID, Wishes] = {}
        self._audiences: dict[tuple[UUID | None, UUID, Answer | None], tuple[Told, ...]] = {}

    # --- what happens ---

    def wrote(
        self, tx: Tx, written: Collection[Written], *, live: bool, provider_now: datetime
    ) -> None:
        """Contacts wrote. live: not by a back-fill. provider_now: by the clock of their times."""
        older: Counter[tuple[UUID, UUID]] = Counter()
        fresh: list[tuple[Written, Told]] = []
        answers = self._answers(
            tx, {one.conversation_id: one.owner_id for one in written if one.owner_id is not None}
        )
        for each in written:
            is_news = live and rules.is_fresh(each.at, provider_now)
            answer = answers.get(each.conversation_id)
            for told in self._audience(each.owner_id, each.sender_id, answer):
                if is_news:
                    fresh.append((each, told))
                else:
                    older[told.person_id, each.sender_id] += 1
        if fresh:
            self._tell_news(tx, fresh)
        if older:
            self._count_older(tx, older, live=live)

    def tell(
        self,
        tx: Tx,
        told: Iterable[Told],
        kind: Kind,
        subject_id: UUID,
        *,
        conversation_id: UUID | None = None,
        sender_id: UUID | None = None,
        **more: Any,
    ) -> None:
        """Something that is meant for these people themselves, by pop-up and by e-mail."""
        template = "" if self._setting("email_duties") else None
        around = self._around(kind, sender_id, template)
        rows: list[dict[str, Any]] = []
        for each in told:
            if each.person_id in self._here:
                rows += self._rows(each, around, subject_id, conversation_id, **more)
        self._append(tx, rows)

    def _answers(self, tx: Tx, owners: Mapping[UUID, UUID]) -> dict[UUID, Answer]:
        """Who answers each conversation now; owners: by conversation."""
        here = self.presence
        away = {id_ for id_, owner in owners.items() if here.is_away(owner)}
        chosen = absences.chosen_of(tx, away) if away else {}
        return {
            id_: self._answer(owner, responsible(owner, here, chosen.get(id_, {})))
            if id_ in away
            else Answer(frozenset((owner,)))
            for id_, owner in owners.items()
        }

    def _answer(self, owner_id: UUID, flow: Flow) -> Answer:
        absence_id = flow.chain[0] if flow.chain else None
        if absence_id is None:  # away, and nobody was named for the conversations
            running = self.presence.absences.get(owner_id, ())
            absence_id = running[0].id if running else None
        return Answer(flow.people, absence_id, told_instead(owner_id, self.presence))

    @property
    def admins(self) -> tuple[UUID, ...]:
        return tuple(p for p in sorted(self._here) if self._people[p]["role"] == Role.ADMIN)

    def substitutes_of(self, tx: Tx, owner_id: UUID, ids: Iterable[UUID]) -> tuple[Told, ...]:
        """Who answers these conversations in their owner's place, where that is certain."""
        if not self.presence.is_away(owner_id):
            return ()
        answers = self._answers(tx, dict.fromkeys(ids, owner_id)).values()
        certain = {one for one in answers if len(one.people) == 1 and owner_id not in one.people}
        return tuple(
            Told(person, Because.COVER, one.absence_id, owner_id)
            for one in certain
            for person in one.people
        )

    # --- how ---

    def _tell_news(self, tx: Tx, fresh: Collection[tuple[Written, Told]]) -> None:
        muted = notices.muted_conversations(tx, {each.conversation_id for each, _ in fresh})
        rows: list[dict[str, Any]] = []
        for each, told in fresh:
            template = self._templates.get(each.sender_id)
            around = replace(
                self._around(Kind.MESSAGE, each.sender_id, template),
                muted=(told.person_id, each.conversation_id) in muted,
            )
            rows += self._rows(told, around, each.id, each.conversation_id, owner=each.owner_id)
        self._append(tx, rows)

    def _append(self, tx: Tx, rows: Collection[Mapping[str, Any]]) -> None:
        self._count_rested(tx, [row for row in rows if row["reason"] == rules.RESTING])
        notices.append(tx, list(rows))

    def _count_rested(self, tx: Tx, rows: Collection[Mapping[str, Any]]) -> None:
        """What does not pop up now is counted into one summary for the end of the rest; what was
        told already counts once (R55)."""
        if not rows:
            return
        keys = {(row["person_id"], row["subject_id"]) for row in rows}
        known = notices.known(tx, {row["kind"] for row in rows}, keys)
        fresh = [row for row in rows if (row["person_id"], row["subject_id"]) not in known]
        for person_id in sorted({row["person_id"] for row in fresh}):
            mine = [row for row in fresh if row["person_id"] == person_id]
            messages = sum(row["kind"] == Kind.MESSAGE for row in mine)
            self._grow_rested(tx, person_id, count=messages, others=len(mine) - messages)

    def _grow_rested(self, tx: Tx, person_id: UUID, *, count: int, others: int = 0) -> None:
        due = self._wishes_of(person_id).rested(self._now)
        more = {"count": count, "others": others}
        self._grow(tx, Kind.RESTED, {(person_id, Way.SCREEN): more}, due)

    def _count_older(self, tx: Tx, older: Counter[tuple[UUID, UUID]], *, live: bool) -> None:
        """One summary for each person and way, which grows until it is told (R56)."""
        counts: Counter[tuple[UUID, Way, str]] = Counter()
        for (person_id, sender_id), n in older.items():
            template = self._templates.get(sender_id) if live else None
            around = self._around(Kind.OLDER, sender_id, template)
            for choice in rules.ways(self._wishes_of(person_id), around):
                if choice.state is State.WAITING:
                    counts[person_id, choice.way, choice.template] += n
                elif choice.reason == rules.RESTING:
                    self._grow_rested(tx, person_id, count=n)
        totals: Counter[tuple[UUID, Way]] = Counter()
        templates: dict[tuple[UUID, Way], str] = {}
        for (person_id, way, template), n in counts.items():
            totals[person_id, way] += n
            templates.setdefault((person_id, way), template)
        if totals:
            more = {key: {"count": n} for key, n in totals.items()}
            self._grow(tx, Kind.OLDER, more, self._now + rules.QUIET, templates)

    def _grow(
        self,
        tx: Tx,
        kind: Kind,
        more: Mapping[tuple[UUID, Way], Mapping[str, int]],
        due: datetime,
        templates: Mapping[tuple[UUID, Way], str] | None = None,
    ) -> None:
        """Count more in each one's summary, which begins with it where none grows already."""
        growing = notices.summaries(tx, {person_id for person_id, _ in more}, kind)
        grown: dict[UUID, dict[str, Any]] = {}
        begun: list[dict[str, Any]] = []
        for (person_id, way), counts in more.items():
            row = growing.get((person_id, way))
            if row is not None:
                sums = {name: row.trail.get(name, 0) + n for name, n in counts.items()}
                grown[row.id] = {"trail": {**row.trail, **sums}, "next_try_at": due}
                continue
            told = Told(person_id, Because.CONCERNED if kind is Kind.OLDER else Because.RESTED)
            trail = {**rules.trail(told, self._around(kind, None, None)), **counts}
            fresh = self._row(person_id, kind, way, new_id(), State.WAITING, trail)
            template = (templates or {}).get((person_id, way), "")
            begun.append({**fresh, "next_try_at": due, "template": template})
        notices.change(tx, grown)
        notices.append(tx, begun)

    def _rows(
        self,
        told: Told,
        around: Circumstances,
        subject_id: UUID,
        conversation_id: UUID | None,
        **more: Any,
    ) -> Iterable[dict[str, Any]]:
        trail = dict(rules.trail(told, around, **more))
        for choice in rules.ways(self._wishes_of(told.person_id), around):
            row = self._row(
                told.person_id, around.kind, choice.way, subject_id, choice.state, trail
            )
            yield {
                **row,
                "conversation_id": conversation_id,
                "reason": choice.reason,
                "template": choice.template,
                "next_try_at": None,
            }

    def _row(
        self,
        person_id: UUID,
        kind: Kind,
        way: Way,
        subject_id: UUID,
        state: State,
        trail: Mapping[str, Any],
    ) -> dict[str, Any]:
        return {
            "person_id": person_id,
            "kind": kind,
            "way": way,
            "subject_id": subject_id,
            "made_at": self._now,
            "state": state,
            "state_at": self._now,
            "trail": trail,
            "conversation_id": None,
            "reason": "",
        }

    def _around(self, kind: Kind, sender_id: UUID | None, template: str | None) -> Circumstances:
        return Circumstances(
            kind, self._now, sender_id, template=template, mailing=bool(self._setting("email_host"))
        )

    # --- who ---

    def _audience(
        self, owner_id: UUID | None, sender_id: UUID, answer: Answer | None
    ) -> tuple[Told, ...]:
        key = (owner_id, sender_id, answer)
        if key not in self._audiences:
            holders = self._holders.get(sender_id, NOBODY)
            concerned = Concerned(
                owner_id=owner_id,
                answers=frozenset() if answer is None else answer.people,
                absence_id=None if answer is None else answer.absence_id,
                takers=frozenset() if answer is None else answer.takers,
                holders=reachable(holders, self._directory, self._members),
                leads=self._leads(owner_id),
                away=self.presence.away,
                here=self._here,
            )
            self._audiences[key] = rules.audience(concerned)
        return self._audiences[key]

    def _leads(self, owner_id: UUID | None) -> frozenset[UUID]:
        """Who sees what nobody has: of somebody's conversation only the supervisors of theirs."""
        found = set(self.admins)
        for person_id in self._here:
            if self._people[person_id]["role"] == Role.SUPERVISOR and (
                owner_id is None
                or any({person_id, owner_id} <= team for team in self._members.values())
            ):
                found.add(person_id)
        return frozenset(found)

    @cached_property
    def _here(self) -> frozenset[UUID]:
        return frozenset(
            id_
            for id_, row in self._people.items()
            if row["suspended_at"] is None and row["removed_at"] is None
        )

    @cached_property
    def _holders(self) -> Mapping[UUID, Any]:
        return holders_now(self._directory, self._now)

    @cached_property
    def _members(self) -> Mapping[UUID, frozenset[UUID]]:
        return members_now(self._directory, self._now)

    # --- wishes ---

    def _wishes_of(self, person_id: UUID) -> Wishes:
        if person_id not in self._wishes:
            row = self._people[person_id]
            self._wishes[person_id] = Wishes(
                zone=_zone(row["zone"]),
                screen=bool(self._chosen_by(person_id, "notice_screen")),
                email=bool(self._chosen_by(person_id, "notice_email")),
                address=bool(row["email"]),
                quiet=_hours(self._chosen_by(person_id, "do_not_disturb")),
                muted=frozenset(self._mutes.get(person_id, ())),
            )
        return self._wishes[person_id]

    def _chosen_by(self, person_id: UUID, name: str) -> Any:
        return self._chosen[name].get(person_id, self._setting(name))

    def _setting(self, name: str) -> Any:
        return self._workspace.get(name, registry.get(name).default)


def _zone(name: str) -> ZoneInfo:
    try:
        return require_zone(name)
    except UsageError:
        return ZoneInfo("UTC")


def _hours(text: str) -> Any:
    try:
        return parse_hours(text)
    except UsageError:
        return ALWAYS  # never at rest: better told than not


# --- what commands do -----------------------------------------------------------------------------


def teller(ctx: Context) -> Teller:
    return Teller(ctx.tx, people.directory(ctx.tx), ctx.now)


def assigned(
    ctx: Context, batch_id: UUID, owner_id: UUID | None, conversation_ids: Collection[UUID]
) -> None:
    """Conversations were given to a person in one batch: one notice, unless they did it (R22)."""
    if owner_id is None or owner_id == ctx.actor.person_id or not conversation_ids or ctx.replica:
        return
    ids = list(conversation_ids)
    told = teller(ctx)
    told.tell(
        ctx.tx,
        [Told(owner_id, Because.ASSIGNED), *told.substitutes_of(ctx.tx, owner_id, ids)],
        Kind.ASSIGNED,
        batch_id,
        conversation_id=ids[0] if len(ids) == 1 else None,
        by=ctx.actor.person_id,
        count=len(ids),
    )


def mentioned(ctx: Context, note_id: UUID, conversation_id: UUID, mentions: Iterable[UUID]) -> None:
    """People were named in a note; who wrote it knows."""
    named = sorted({*mentions} - {ctx.actor.person_id})
    if named and not ctx.replica:
        teller(ctx).tell(
            ctx.tx,
            [Told(person_id, Because.MENTIONED) for person_id in named],
            Kind.MENTIONED,
            note_id,
            conversation_id=conversation_id,
            by=ctx.actor.person_id,
        )
