"""What stands against a message while it is being written: the checks of sending, all at once (R33).

The same functions look again when the message is claimed; here nothing is decided, only told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain import send_checks
from sms_desk.domain.addresses import Address
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.send_checks import CheckResult, Verdict, WayOut
from sms_desk.services.context import Context
from sms_desk.store import accounts, conversations, send_facts
from sms_desk.store import inbox as inbox_store
from sms_desk.store.send_facts import Prospect

GOOD_FOR = timedelta(minutes=30)
"""As long as a message may wait for the line (algorithms §1.3)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands against a message, and the ways out of it.

    rule: the check's stable word. holds: it would not be sent; else it is only a warning. can_confirm:
    a person may send it all the same. not_before: from when on this rule lets it go. insert: what
    to put behind the text.
    """

    rule: str
    holds: bool
    title: str
    next_step: str
    can_confirm: bool
    ways: tuple[WayOut, ...]
    not_before: datetime | None
    insert: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was looked at, and what was found: what holds first, then warnings.

    seen_version: how far the conversation had come then.
    """

    conversation_id: UUID
    sender_id: UUID
    body: str
    seen_version: int
    findings: tuple[Finding, ...]

    @property
    def holding(self) -> Finding | None:
        return next((found for found in self.findings if found.holds), None)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if not found.holds)


def conversation_with(ctx: Context, sender_id: UUID, peer: Address) -> UUID | None:
    """The conversation that a message from this sender ID to this address would belong to, if it
    exists; whoever may not see it is refused once he writes."""
    return conversations.find(ctx.tx, sender_id, peer)


def verdicts(
    ctx: Context,
    conversation_id: UUID,
    sender_id: UUID | None,
    body: str,
    *,
    at: datetime | None = None,
    confirmed: Iterable[str] = (),
    content_sid: str | None = None,
) -> Verdicts:
    """Everything against sending `body` now, or at a later minute. sender_id None: the
    conversation's own. Raises NotFoundError for what the actor may not see."""
    if not inbox_store.visible(ctx.tx, ctx.reach, [conversation_id]):
        raise NotFoundError("There is no such conversation, or it is not yours to see.")
    row = conversations.load(ctx.tx, [conversation_id])[conversation_id]
    used = sender_id or row["sender_id"]
    prospect = Prospect(
        conversation_id=conversation_id,
        sender_id=used,
        to_raw=send_facts.reply_raw(ctx.tx, conversation_id),
        body=body,
        author_id=ctx.actor.person_id,
        owner_epoch=row["owner_epoch"],
        seen_version=row["version"],
        composed_at=at or ctx.now,
        not_after=(at or ctx.now) + GOOD_FOR,
        confirmed=frozenset(confirmed),
        content_sid=content_sid,
    )
    account_id = send_facts.carrier(ctx.tx, used)
    offset = None if account_id is None else accounts.clock_offset(ctx.tx, account_id)
    found = send_checks.run_all(send_facts.gather(ctx.tx, prospect, at or ctx.now, offset=offset))
    return Verdicts(conversation_id, used, body, row["version"], tuple(map(_finding, found)))


def _finding(result: CheckResult) -> Finding:
    return Finding(
        result.name,
        result.verdict is Verdict.HELD,
        result.title,
        result.next_step,
        result.can_confirm,
        result.ways,
        result.not_before,
        result.insert,
    )
