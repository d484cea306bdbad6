"""Handing composed messages over, each once (algorithms §1.3-1.4, R32).

claim   every check again, the attempt on the disk    (committed before the first byte: I3)
post    one POST, outside any transaction             (never repeated: I1)
record  what became of it                             (not sent, refused, accepted, in doubt)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sms_desk.domain import outbox as rules
from sms_desk.domain import send_checks
from sms_desk.domain.changes import NOTHING, Changes
from sms_desk.domain.errors import CredentialError, ProviderUnreachable, RateLimited
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    AttemptState,
    Channel,
    DeliveryStatus,
    Direction,
    Origin,
    OutboxState,
)
from sms_desk.domain.send_checks import CheckResult, Verdict
from sms_desk.domain.team_state import Happening
from sms_desk.providers.base import Outcome, Outgoing, Provider, RemoteMessage, SendResult
from sms_desk.store import (
    accounts,
    attempts,
    conversations,
    fallbacks,
    opt_outs,
    outbox,
    send_facts,
    senders,
    stopping,
    uncarried,
)
from sms_desk.store.attempts import Attempt, Holder
from sms_desk.store.engine import Tx, Workspace
from sms_desk.store.opt_outs import Scope
from sms_desk.store.outbox import Entry
from sms_desk.sync import reactions
from sms_desk.sync.binding import adopt
from sms_desk.sync.book import Book
from sms_desk.sync.clock import Clock
from sms_desk.sync.intake import Arrival, Intake

log = logging.getLogger(__name__)

_CLAIM_LASTS_US = rules.CLAIM_LASTS // timedelta(microseconds=1)
_OPTED_OUT = "21610"  # https://www.twilio.com/docs/api/errors/21610
_SLOW_DOWN_S = 5.0
_AT_ONCE = 20  # messages in one cycle: receiving has its turn
_NOT_AUTHENTICATED = "20003"  # https://www.twilio.com/docs/api/errors/20003


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that is on the disk and whose POST may begin."""

    entry: Entry
    attempt: Attempt
    outgoing: Outgoing


def hold_uncarried(workspace: Workspace, now: datetime) -> Changes:
    """Hold, with the reason, what no account is left to send, and ask about what none is left to
    look up: no account's own steps would come to it (R33, GS2)."""
    with workspace.read() as tx:
        if not uncarried.stranded(tx, now) and not attempts.unwatched(tx):
            return NOTHING
    changes = NOTHING
    with workspace.write() as tx:
        for entry in (*uncarried.hold(tx, now), *uncarried.ask(tx, now)):
            changes |= _touched(entry)
    return changes


def _held(tx: Tx, entry: Entry, checked: CheckResult, now: datetime) -> Changes:
    stopping.stop(tx, entry, checked, at=now)
    return _touched(entry)


class Deliverer:
    """Sends what waits for one account."""

    def __init__(
        self,
        workspace: Workspace,
        account_id: UUID,
        provider: Provider,
        intake: Intake,
        clock: Clock,
        holder: Holder,
    ) -> None:
        self._workspace = workspace
        self._account_id = account_id
        self._provider = provider
        self._intake = intake
        self._clock = clock
        self._holder = holder

    def run(self, now: datetime) -> Iterator[Changes]:
        """Send what is due, and yield what became of each. Raises CredentialError, RateLimited or
        ProviderUnreachable if the line is down; the message then waits (R63)."""
        with self._workspace.read() as tx:
            due = [
                entry
                for entry in outbox.heads(tx, now)
                if send_facts.carrier(tx, entry.sender_id) == self._account_id
            ]
        for entry in due[:_AT_ONCE]:
            yield from self._deliver(entry.id)

    def _deliver(self, outbox_id: UUID) -> Iterator[Changes]:
        changes, claim = self.claim(outbox_id)
        started = None if claim is None else self.start(claim)
        if started is None:
            yield changes
            return
        result = self._post(started)
        self.record(started, result)
        yield changes
        _raise_if_line_is_down(result)

    # --- claim ---

    def claim(self, outbox_id: UUID) -> tuple[Changes, Claim | None]:
        """Check and write the attempt down, in one transaction; or hold the message and say why."""
        now = self._clock.now()
        with self._workspace.write() as tx:
            entry = outbox.get(tx, outbox_id)
            if entry.state is not OutboxState.QUEUED or not outbox.is_head(tx, entry):
                return NOTHING, None
            offset = accounts.clock_offset(tx, self._account_id)
            checked = send_checks.run(send_facts.gather(tx, entry, now, offset=offset))
            if checked.verdict is Verdict.HELD:
                return _held(tx, entry, checked, now), None
            if not attempts.lane_is_free(tx, entry.lane):
                # The same text to the same person is being confirmed (I5): this one waits.
                outbox.update(tx, entry.id, reason="lane")
                return NOTHING, None
            attempt = attempts.begin(
                tx,
                outbox_id=entry.id,
                lane=entry.lane,
                account_id=self._account_id,
                holder=self._holder,
                at=now,
                mono_us=self._clock.mono_us(),
                offset=offset,
            )
            outbox.set_state(tx, entry, OutboxState.CLAIMED, at=now, account_id=self._account_id)
            claim = Claim(outbox.get(tx, entry.id), attempt, _outgoing(tx, entry))
        return _touched(entry), claim

    def start(self, claim: Claim) -> Claim | None:
        """Put "being sent" on the disk, unless the claim is too old to be true any more (§1.3)."""
        now = self._clock.now()
        late = self._clock.mono_us() - claim.attempt.started_mono_us > _CLAIM_LASTS_US
        with self._workspace.write() as tx:
            if late:
                give_back(tx, claim.attempt, "claim_too_old", at=now)
                return None
            attempts.set_state(tx, claim.attempt, AttemptState.SENDING)
            outbox.set_state(tx, claim.entry, OutboxState.SENDING, at=now)
            attempt = attempts.newest(tx, claim.entry.id)
            assert attempt is not None
            return Claim(outbox.get(tx, claim.entry.id), attempt, claim.outgoing)

    # --- post ---

    def _post(self, claim: Claim) -> SendResult:
        try:
            return _unless_credential(self._provider.send(claim.outgoing))
        except CredentialError as error:  # an answer, and a definite one
            return SendResult(Outcome.NOT_SENT, "credential", text=error.title)
        except RateLimited as error:
            return SendResult(Outcome.NOT_SENT, "rate_limited", retry_after=error.retry_after)
        except Exception as error:
            log.exception("a send broke: %s", type(error).__name__)
            return SendResult(Outcome.IN_DOUBT, "broken")

    # --- record ---

    def record(self, claim: Claim, result: SendResult) -> None:
        """Write down what became of the POST."""
        now = self._clock.now()
        accepted = self._listed(claim, result, now)
        with self._workspace.write() as tx:
            if result.server_date is not None:
                accounts.set_clock_offset(tx, self._account_id, result.server_date - now)
            match result.outcome:
                case Outcome.ACCEPTED if accepted is not None and self._is_new(tx, accepted.sid):
                    self._accepted(tx, claim, accepted, now)
                case Outcome.REFUSED:
                    self._refused(tx, claim, result, now)
                case Outcome.NOT_SENT:
                    self._not_sent(tx, claim, result, now)
                case _:
                    in_doubt(tx, claim.attempt, result.why, at=now)
            conversations.refresh(tx, [claim.entry.conversation_id])

    def _is_new(self, tx: Tx, sid: str) -> bool:
        """I4: an id that another attempt owns cannot be this one's; then it is not known what is."""
        return not attempts.bound(tx, self._account_id, [sid])

    def _accepted(self, tx: Tx, claim: Claim, message: RemoteMessage, now: datetime) -> None:
        attempts.set_state(
            tx, claim.attempt, AttemptState.ACCEPTED, provider_sid=message.sid, next_check_at=None
        )
        outbox.set_state(tx, claim.entry, OutboxState.ACCEPTED, at=now, provider_sid=message.sid)
        book = Book(tx, self._account_id, at=now)
        self._intake.store(tx, book, [message], Arrival(now, live=True, walk_began=now))
        adopt(tx, self._account_id, [(message.sid, claim.entry.id)])
        replied(tx, claim.entry, at=now)

    def _refused(self, tx: Tx, claim: Claim, result: SendResult, now: datetime) -> None:
        words = self._provider.describe(result.code, result.text)
        attempts.set_state(tx, claim.attempt, AttemptState.REFUSED, outcome=result.why)
        outbox.set_state(
            tx,
            claim.entry,
            OutboxState.REFUSED,
            at=now,
            reason=result.code or result.why,
            reason_text=words.title,  # the next step follows from the code, wherever it is shown
        )
        if result.code == _OPTED_OUT:
            self._learn_opt_out(tx, claim.entry, result.server_date or now)

    def _learn_opt_out(self, tx: Tx, entry: Entry, at: datetime) -> None:
        row = conversations.load(tx, [entry.conversation_id])[entry.conversation_id]
        scope: Scope = opt_outs.scope_of(tx, entry.sender_id)
        opt_outs.record_refusal(tx, Channel(row["channel"]), row["peer_key"], scope, at=at)

    def _not_sent(self, tx: Tx, claim: Claim, result: SendResult, now: datetime) -> None:
        give_back(tx, claim.attempt, result.why, at=now, retry_after=result.retry_after)

    def _listed(self, claim: Claim, result: SendResult, now: datetime) -> RemoteMessage | None:
        """The accepted message as the provider shows it, or as we know that it will."""
        if result.outcome is not Outcome.ACCEPTED:
            return None
        if result.message is not None or result.sid is None:
            return result.message
        return RemoteMessage(
            sid=result.sid,
            channel=claim.outgoing.channel,
            direction=Direction.OUTBOUND,
            automatic=False,
            sender_raw=claim.outgoing.sender,
            peer_raw=claim.outgoing.to,
            body=claim.outgoing.body,
            created_at=(result.server_date or now + (claim.attempt.offset or timedelta(0))),
            sent_at=None,
            status=DeliveryStatus.QUEUED,
            status_text="",
            error_code=None,
            error_text=None,
            service_sid=None,
            media_count=0,
            parts=None,
            price=None,
            price_unit=None,
        )


# --- what both a cycle and a start after a crash do ----------------------------------------------


def recover(tx: Tx, now: datetime) -> Changes:
    """After a start: what was claimed never went out, what was being sent is in doubt (§1.5).

    Only for the process that holds the connector lock: then no other one is sending.
    """
    changes = NOTHING
    for attempt in attempts.in_states(tx, {AttemptState.CLAIMED}):
        give_back(tx, attempt, "crash", at=now)
        changes |= _touched(outbox.get(tx, attempt.outbox_id))
    for attempt in attempts.in_states(tx, {AttemptState.SENDING}):
        in_doubt(tx, attempt, "crash", at=now)
        entry = outbox.get(tx, attempt.outbox_id)
        conversations.refresh(tx, [entry.conversation_id])
        changes |= _touched(entry)
    return changes


def in_doubt(tx: Tx, attempt: Attempt, why: str, *, at: datetime) -> None:
    """The answer was lost: from now on it is looked up, never sent again by itself."""
    attempts.set_state(
        tx,
        attempt,
        AttemptState.IN_DOUBT,
        outcome=why,
        next_check_at=max(at, attempt.started_at + timedelta(seconds=2)),
    )
    entry = outbox.get(tx, attempt.outbox_id)
    outbox.set_state(tx, entry, OutboxState.IN_DOUBT, at=at, reason=why)


def give_back(
    tx: Tx, attempt: Attempt, why: str, *, at: datetime, retry_after: float | None = None
) -> None:
    """It provably was not sent: queued again, in its place."""
    attempts.set_state(tx, attempt, AttemptState.NOT_SENT, outcome=why)
    entry = outbox.get(tx, attempt.outbox_id)
    tries = attempts.not_sent(tx, entry.id)
    outbox.set_state(
        tx,
        entry,
        OutboxState.QUEUED,
        at=at,
        reason=why,
        next_try_at=rules.retry_at(at, tries, retry_after),
    )


def replied(tx: Tx, entry: Entry, *, at: datetime) -> None:
    """A person's reply reopens or wakes the conversation that it stands in (R49); what a machine
    says moves no state (R51)."""
    if entry.origin is not Origin.PERSON:
        return
    row = conversations.load(tx, [entry.conversation_id])[entry.conversation_id]
    states = {entry.conversation_id: reactions.state_of(row)}
    reactions.moved(tx, states, Happening.PERSON_REPLIED, at=at, reason="replied")
    fallbacks.close_answered(tx, entry.conversation_id, at)


def _outgoing(tx: Tx, entry: Entry) -> Outgoing:
    sender = senders.get(tx, entry.sender_id)
    return Outgoing(
        Channel(sender["channel"]),
        sender["address"],
        entry.to_raw,
        entry.body,
        content_sid=entry.content_sid,
        content_variables=entry.content_variables or {},
    )


def _unless_credential(result: SendResult) -> SendResult:
    """A refused credential says nothing about the message: that waits (R63)."""
    if result.outcome is Outcome.REFUSED and result.code == _NOT_AUTHENTICATED:
        return replace(result, outcome=Outcome.NOT_SENT, why="credential")
    return result


def _raise_if_line_is_down(result: SendResult) -> None:
    if result.outcome is not Outcome.NOT_SENT:
        return
    if result.why == "credential":
        raise CredentialError("The provider does not accept the credential.", "Enter a new one.")
    if result.why == "rate_limited":
        raise RateLimited(
            "The provider asks to slow down.", retry_after=result.retry_after or _SLOW_DOWN_S
        )
    raise ProviderUnreachable(
        "The provider cannot be reached.", "Your messages wait; the desk tries again by itself."
    )


def _touched(entry: Entry) -> Changes:
    return Changes.of(conversation=entry.conversation_id, outbox=entry.id)
