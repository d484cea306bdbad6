"""What may stop a message at the moment of sending, in order (R33).

A new check is one function here and one line in CHECKS. Each answers with the sentence that
screen, command line and log show, and with the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sms_desk.domain.addresses import Address, is_answerable
from sms_desk.domain.model import Channel, Health, OptOutScope, PersonId, SenderDirection


class Verdict(StrEnum):
    ALLOWED = "allowed"
    HELD = "held"  # kept, and a person decides


@dataclass(frozen=True, slots=True)
class Unseen:
    """A message of the conversation that the writer had not seen. who: "" for the contact."""

    who: str
    at: datetime

    @property
    def inbound(self) -> bool:
        return not self.who


@dataclass(frozen=True, slots=True)
class SendFacts:
    """Everything the checks look at, as it is when the message is about to go.

    owner_id, owner_name: now; None and "" for nobody. epoch_moved: the owner changed since the
    message was written. window_closes_at: WhatsApp, None if no customer ever opened one.
    opt_out: the scope of a running one that covers this sender, None if there is none.
    """

    now: datetime
    composed_at: datetime
    not_after: datetime
    author_id: PersonId | None  # None: an auto-responder
    channel: Channel
    to: Address
    sender_label: str
    sender_retired: bool
    sender_health: Health
    sender_direction: SenderDirection
    carried: bool  # an account of ours carries the sender ID now
    opt_out: OptOutScope | None = None
    window_closes_at: datetime | None = None
    owner_id: PersonId | None = None
    owner_name: str = ""
    epoch_moved: bool = False
    unseen: tuple[Unseen, ...] = ()
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """name: the check's stable word. can_confirm: a person may send all the same."""

    name: str
    verdict: Verdict
    title: str = ""
    next_step: str = ""
    can_confirm: bool = False


_ALLOWED = CheckResult("", Verdict.ALLOWED)
Check = Callable[[SendFacts], CheckResult]


def _held(name: str, title: str, next_step: str) -> CheckResult:
    return CheckResult(name, Verdict.HELD, title, next_step, name in CONFIRMABLE)


CONFIRMABLE = frozenset({"expired", "ownership", "unseen"})
"""Checks that a person may waive; the others can only be mended."""
REBASED = CONFIRMABLE
"""Of these, a confirmation says "I know how it stands now": the message's base moves (GS6)."""


def _address(facts: SendFacts) -> CheckResult:
    answerable, why = is_answerable(facts.to)
    if answerable:
        return _ALLOWED
    return _held("address", why, "Drop the message.")


def _sender(facts: SendFacts) -> CheckResult:
    name = facts.sender_label
    if facts.sender_retired:
        return _held("sender", f"{name} is retired.", "Write from another sender ID.")
    if facts.sender_health is Health.BLOCKED:
        return _held("sender", f"{name} is blocked.", "Write from another sender ID.")
    if facts.sender_direction is SenderDirection.INCOMING:
        return _held("sender", f"{name} only receives.", "Write from another sender ID.")
    if not facts.carried:
        return _held(
            "sender",
            f"No connected account carries {name}.",
            "Connect its account, or write from another sender ID.",
        )
    return _ALLOWED


_COVERS = {
    OptOutScope.SENDER: "texts from this sender ID",
    OptOutScope.MESSAGING_SERVICE: "texts from this Messaging Service",
    OptOutScope.ACCOUNT: "all texts of this account",
}


def _opt_out(facts: SendFacts) -> CheckResult:
    if facts.opt_out is None:
        return _ALLOWED
    return _held(
        "opt_out",
        f"The contact opted out of {_COVERS[facts.opt_out]}.",
        "Only the contact can take that back, by texting START.",
    )


def _window(facts: SendFacts) -> CheckResult:
    """Free text goes only into an open window (R42); templates are another issue."""
    if facts.channel is not Channel.WHATSAPP:
        return _ALLOWED
    if facts.window_closes_at is not None and facts.now < facts.window_closes_at:
        return _ALLOWED
    return _held(
        "window",
        "The WhatsApp window is closed: 24 hours have passed since the contact wrote.",
        "Wait for the contact to write, which opens it again, or drop the message.",
    )


def _ownership(facts: SendFacts) -> CheckResult:
    """Given away since it was written (algorithms §2.5): now it is the new owner's to send."""
    if not facts.epoch_moved or facts.owner_id in (None, facts.author_id):
        return _ALLOWED
    return _held(
        "ownership",
        f"The conversation went to {facts.owner_name or 'somebody else'} meanwhile.",
        "Read the conversation, then send anyway or drop it.",
    )


_FRESH = timedelta(seconds=60)


def _unseen(facts: SendFacts) -> CheckResult:
    """A colleague's answer always holds; the contact's only what is not quite fresh (§2.5)."""
    colleague = next((message for message in facts.unseen if not message.inbound), None)
    if colleague is not None:
        return _held(
            "unseen",
            f"{colleague.who} answered since you began.",
            "Read it, then send anyway or drop yours.",
        )
    if facts.unseen and facts.now - facts.composed_at > _FRESH:
        return _held(
            "unseen",
            "The contact wrote since you began.",
            "Read it, then send anyway or drop yours.",
        )
    return _ALLOWED


def _expired(facts: SendFacts) -> CheckResult:
    if facts.now < facts.not_after:
        return _ALLOWED
    return _held(
        "expired",
        "It waited so long that it may no longer fit.",
        "Send it anyway, or drop it.",
    )


CHECKS: tuple[Check, ...] = (
    _address,
    _sender,
    _opt_out,
    _window,
    _ownership,
    _unseen,
    _expired,
)
"""In this order: what nobody can waive first, then what the writer should read first."""


def run(facts: SendFacts) -> CheckResult:
    """The first check that stops the message and that nobody has waived, else "allowed"."""
    for check in CHECKS:
        result = check(facts)
        waived = result.can_confirm and result.name in facts.confirmed
        if result.verdict is not Verdict.ALLOWED and not waived:
            return result
    return _ALLOWED
