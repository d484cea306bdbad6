"""What may stop a message at the moment of sending, in order (R33).

A new check is one function here and one line in CHECKS. Each answers with the sentence that
screen, command line and log show, and with the way out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sms_desk.domain import dlt, one_way, quiet_hours, whatsapp_window
from sms_desk.domain.addresses import Address, is_answerable
from sms_desk.domain.compliance import SenderIdCountry, Support
from sms_desk.domain.dlt import Deviation
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.model import (
    Channel,
    DltKind,
    Health,
    OptOutScope,
    PersonId,
    SenderDirection,
    SenderKind,
)
from sms_desk.domain.quiet_hours import Quiet, QuietRule
from sms_desk.domain.registration import HeaderType, India
from sms_desk.domain.whatsapp_window import WindowState


class Verdict(StrEnum):
    ALLOWED = "allowed"
    WARNING = "warning"  # shown to the writer; it goes all the same
    HELD = "held"  # kept, and a person decides


class WayOut(StrEnum):
    """What mends it, as a word that a button can be made for."""

    SEND_LATER = "send_later"  # at CheckResult.not_before
    INSERT = "insert"  # CheckResult.insert, behind the text
    OTHER_SENDER = "other_sender"
    FALLBACK = "fallback"  # the sender ID's named one
    PICK_TEMPLATE = "pick_template"
    REGISTRATION = "registration"  # under Sender IDs


@dataclass(frozen=True, slots=True)
class Unseen:
    """A message of the conversation that the writer had not seen. who: "" for the contact."""

    who: str
    at: datetime

    @property
    def inbound(self) -> bool:
        return not self.who


@dataclass(frozen=True, slots=True)
class QuietPolicy:
    """The workspace's choice of quiet hours. reply_for: how long after a contact's message a text
    is an answer to it. waivable: a person may send in them all the same."""

    rules: tuple[QuietRule, ...] = ()
    reply_for: timedelta = timedelta(0)
    waivable: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The WhatsApp template that a message is sent as, as the provider of this account judges it now.

    why_not: why it cannot be sent, "" if it can (`content_templates.why_not`).
    """

    name: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SendFacts:
    """Everything the checks look at, as it is when the message is about to go.

    owner_id, owner_name: now; None and "" for nobody. epoch_moved: the owner changed since the
    message was written. window_closes_at: WhatsApp, None if no customer ever opened one.
    opt_out: the scope of a running one that covers this sender, None if there is none.
    may_use, holders: whether the author may still write from the sender ID, and who may.
    fallback: the label of the sender ID to write from while this one is blocked, "" if none.
    country: what is known of sender IDs where the contact is. last_inbound_at: when the contact
    last wrote, by our clock. dlt: the registered texts that this header may send.
    inbound, reply_instruction: of a one-way sender ID, "" where there is none.
    content: None for free text.
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
    body: str = ""
    may_use: bool = True
    holders: str = ""
    fallback: str = ""
    sender_kind: SenderKind = SenderKind.LONG_CODE
    country: SenderIdCountry | None = None
    last_inbound_at: datetime | None = None
    quiet: QuietPolicy = QuietPolicy()
    india: India | None = None
    dlt: tuple[dlt.Template, ...] = ()
    inbound: str = ""
    reply_instruction: str = ""
    content: Content | None = None

    @property
    def one_way(self) -> bool:
        """Whether nobody can answer to this sender ID itself (R13)."""
        alphanumeric = self.sender_kind is SenderKind.ALPHANUMERIC
        return alphanumeric or self.sender_direction is SenderDirection.OUTGOING


@dataclass(frozen=True, slots=True)
class CheckResult:
    """name: the check's stable word. can_confirm: a person may send all the same.

    ways: what mends it. not_before: the next minute at which this check lets it go, None if
    waiting does not help. insert: what to put behind the text.
    """

    name: str
    verdict: Verdict
    title: str = ""
    next_step: str = ""
    can_confirm: bool = False
    ways: tuple[WayOut, ...] = ()
    not_before: datetime | None = None
    insert: str = ""


_ALLOWED = CheckResult("", Verdict.ALLOWED)
Check = Callable[[SendFacts], CheckResult]


def _held(name: str, title: str, next_step: str, *ways: WayOut) -> CheckResult:
    return CheckResult(name, Verdict.HELD, title, next_step, name in CONFIRMABLE, ways)


def _warning(name: str, title: str, next_step: str, *ways: WayOut) -> CheckResult:
    return CheckResult(name, Verdict.WARNING, title, next_step, ways=ways)


CONFIRMABLE = frozenset({"expired", "ownership", "unseen"})
"""Checks that a person may always waive, and quiet hours where the workspace allows it; the others
can only be mended."""
REBASED = CONFIRMABLE
"""Of these, a confirmation says "I know how it stands now": the message's base moves (GS6)."""


def _address(facts: SendFacts) -> CheckResult:
    answerable, why = is_answerable(facts.to)
    if answerable:
        return _ALLOWED
    return _held("address", why, "Drop the message.")


_OTHER = "Write from another sender ID."


def _sender(facts: SendFacts) -> CheckResult:
    name = facts.sender_label
    if facts.sender_retired:
        return _held("sender", f"{name} is retired.", _OTHER, WayOut.OTHER_SENDER)
    if facts.sender_direction is SenderDirection.INCOMING:
        return _held("sender", f"{name} only receives.", _OTHER, WayOut.OTHER_SENDER)
    if not facts.carried:
        return _held(
            "sender",
            f"No connected account carries {name}.",
            "Connect its account, or write from another sender ID.",
            WayOut.OTHER_SENDER,
        )
    return _ALLOWED


def _country(facts: SendFacts) -> CheckResult:
    """Names as sender IDs, where they may not arrive: sources differ, so it warns (R14)."""
    country = facts.country
    if country is None or facts.sender_kind is not SenderKind.ALPHANUMERIC:
        return _ALLOWED
    where, who = country.name, country.provider
    first, second = country.alphanumeric, country.second_alphanumeric
    if Support.NO not in (first, second):
        return _ALLOWED
    if country.sources_disagree:
        says, other = ("takes no", "does") if first is Support.NO else ("takes", "does not")
        title = f"{where} {says} names as sender IDs, {who} says; another source says it {other}."
    else:
        title = f"{where} takes no names as sender IDs, {who} says."
    return _warning(
        "country", title, "Write from a number, if it does not arrive.", WayOut.OTHER_SENDER
    )


def _holder(facts: SendFacts) -> CheckResult:
    """A person writes from what that person holds, at this moment (R31, GS5)."""
    if facts.may_use or facts.author_id is None:
        return _ALLOWED
    return _held(
        "holder",
        f"{facts.sender_label} is not yours to write from.",
        f"It is held by {facts.holders or 'nobody'}: ask there, or write from one of yours.",
        WayOut.OTHER_SENDER,
    )


def _health(facts: SendFacts) -> CheckResult:
    """Blocked holds and names the fallback, degraded warns (R17)."""
    name = facts.sender_label
    if facts.sender_health is Health.DEGRADED:
        return _warning(
            "health",
            f"{name} is degraded: texts from it may arrive late or not at all.",
            "Send it all the same, or write from another sender ID.",
            WayOut.OTHER_SENDER,
        )
    if facts.sender_health is not Health.BLOCKED:
        return _ALLOWED
    if facts.fallback:
        step = f"Its fallback is {facts.fallback}: a supervisor can switch the conversation."
        return _held("health", f"{name} is blocked.", step, WayOut.FALLBACK, WayOut.OTHER_SENDER)
    return _held("health", f"{name} is blocked.", _OTHER, WayOut.OTHER_SENDER)


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


def _quiet_hours(facts: SendFacts) -> CheckResult:
    """Not before breakfast (R40). Somebody who has just written is awake and waits for the answer.

    The laws are about calls and texts; WhatsApp keeps windows of its own (R42).
    """
    if facts.channel is not Channel.SMS or _answers(facts):
        return _ALLOWED
    place = quiet_hours.place_of(facts.to.e164)
    rules = quiet_hours.applying(facts.quiet.rules, place, promotional=_is_promotional(facts))
    quiet = quiet_hours.check(rules, place, facts.now)
    if quiet is None:
        return _ALLOWED
    if quiet.local is None:
        return _warning(
            "quiet_hours",
            f"Nobody can tell the contact's time zone: {quiet.rule.title} cannot be kept.",
            "Send it at an hour that suits the whole country.",
        )
    return CheckResult(
        "quiet_hours",
        Verdict.HELD,
        _quiet_words(quiet, one_zone=bool(quiet.rule.zone) or len(place.zones) == 1),
        _later_words(quiet),
        facts.quiet.waivable,
        () if quiet.not_before is None else (WayOut.SEND_LATER,),
        quiet.not_before,
    )


def _answers(facts: SendFacts) -> bool:
    last = facts.last_inbound_at
    return last is not None and facts.now - last <= facts.quiet.reply_for


def _quiet_words(quiet: Quiet, *, one_zone: bool) -> str:
    is_ = "is" if one_zone else "may be"
    rule, local = quiet.rule, quiet.local
    assert local is not None
    hours = f"{rule.opens:%H:%M} to {rule.closes:%H:%M}"
    return f"It {is_} {local:%H:%M} where the contact is; {rule.title}: {hours} only."


def _later_words(quiet: Quiet) -> str:
    if quiet.not_before is None:
        return "There is no minute that suits every zone that the number may be in: call instead."
    there = quiet.not_before.astimezone(ZoneInfo(quiet.zone))
    return f"Send it at {there:%H:%M} there ({quiet.zone}), or after the contact has written."


def _is_promotional(facts: SendFacts) -> bool:
    """On India's domestic route: by the header, or by the registered text (R41)."""
    if facts.india is None or not facts.india.domestic:
        return False
    if facts.india.header_type is HeaderType.PROMOTIONAL:
        return True
    match = dlt.best(facts.dlt, facts.body)
    return match is not None and match.fits and match.template.kind is DltKind.PROMOTIONAL


def _window(facts: SendFacts) -> CheckResult:
    """Free text goes only into an open window, an approved template always (R42)."""
    if facts.channel is not Channel.WHATSAPP:
        return _ALLOWED
    if facts.content is not None:
        return _content(facts.content)
    if whatsapp_window.state(facts.window_closes_at, facts.now) is not WindowState.CLOSED:
        return _ALLOWED
    title = "The WhatsApp window is closed: 24 hours have passed since the contact wrote."
    if facts.window_closes_at is None:
        title = "The WhatsApp window is closed: the contact has never written here."
    step = "Send an approved template instead, or wait for the contact to write."
    return _held("window", title, step, WayOut.PICK_TEMPLATE)


def _content(content: Content) -> CheckResult:
    if not content.why_not:
        return _ALLOWED
    title = f"The template “{content.name}” cannot be sent. {content.why_not}"
    return _held("window", title, "Choose another approved template.", WayOut.PICK_TEMPLATE)


def _dlt(facts: SendFacts) -> CheckResult:
    """India's domestic route wants entity, header and a registered text; no other route does (R41)."""
    india = facts.india
    if india is None or not india.domestic or not _in_india(facts):
        return _ALLOWED
    if missing := india.missing():
        words = {"entity_id": "principal entity ID", "header": "header", "header_type": "its type"}
        return _held(
            "dlt",
            f"India's domestic route needs the {' and the '.join(words[name] for name in missing)}.",
            "Enter it under Sender IDs, as it stands on the operator's portal.",
            WayOut.REGISTRATION,
        )
    match = dlt.best(facts.dlt, facts.body)
    if match is None:
        return _held(
            "dlt",
            f"No text is registered for the header {india.header}.",
            "Add the registered template under Templates, India DLT.",
            WayOut.PICK_TEMPLATE,
        )
    if match.deviation is not None:
        title = f"The text is not “{match.template.name}” as registered: {said(match.deviation)}"
        step = "Change the text there, or take another registered template."
        return _held("dlt", title, step, WayOut.PICK_TEMPLATE)
    wanted = dlt.SUFFIX[match.template.kind]
    if wanted is not india.header_type:
        return _held(
            "dlt",
            f"“{match.template.name}” is registered for -{wanted}, the header for -{india.header_type}.",
            "Write from the sender ID whose header fits, or take another registered template.",
            WayOut.OTHER_SENDER,
            WayOut.PICK_TEMPLATE,
        )
    return _ALLOWED


def _in_india(facts: SendFacts) -> bool:
    return facts.channel is Channel.SMS and (facts.to.e164 or "").startswith("+91")


def said(deviation: Deviation) -> str:
    """Where a text departs from a registered one, as a sentence."""
    if deviation.too_long:
        return (
            f"variable {deviation.variable} is too long, it may reach to character"
            f" {deviation.position - 1}."
        )
    there, wanted = _character(deviation.found), _character(deviation.expected)
    return f"at character {deviation.position} stands {there} instead of {wanted}."


def _character(character: str) -> str:
    """One character so that it can be told from what looks the same; "" is the end."""
    if not character:
        return "the end"
    if character == " ":
        return "a space"
    if character == "\n":
        return "a line break"
    if character.isprintable() and not unicodedata.combining(character):
        return f"“{character}”"
    return unicodedata.name(character, "").lower() or f"U+{ord(character):04X}"


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


def _one_way(facts: SendFacts) -> CheckResult:
    """A text that asks for an answer, from what receives none (R13)."""
    if not facts.one_way or not one_way.asks_for_answer(facts.body):
        return _ALLOWED
    name = facts.sender_label
    if not facts.inbound:
        return _warning(
            "one_way",
            f"{name} receives nothing, and the text asks for an answer.",
            "Write from a number that receives, or give it an inbound number under Sender IDs.",
            WayOut.OTHER_SENDER,
        )
    instruction = facts.reply_instruction or f"To reply, text {facts.inbound}."
    if one_way.tells_where(facts.body, instruction, facts.inbound):
        return _ALLOWED
    return CheckResult(
        "one_way",
        Verdict.WARNING,
        f"{name} receives nothing, and the text does not say where to answer.",
        f"Insert “{instruction}”.",
        ways=(WayOut.INSERT,),
        insert=instruction,
    )


_FIELD = re.compile(r"(?<!\{)\{(?P<name>[a-z][a-z0-9_]{0,39})\}(?!\})")


def _field(facts: SendFacts) -> CheckResult:
    """A template's field that nobody filled in (R36)."""
    found = _FIELD.search(facts.body)
    if found is None:
        return _ALLOWED
    return _held(
        "field",
        f"“{found[0]}” is not filled in.",
        f"Put the contact's {found['name'].replace('_', ' ')} there, or take it out.",
    )


CHECKS: tuple[Check, ...] = (
    _address,
    _sender,
    _country,
    _holder,
    _health,
    _opt_out,
    _quiet_hours,
    _window,
    _dlt,
    _field,
    _ownership,
    _unseen,
    _expired,
    _one_way,
)
"""In this order: what nobody can waive first, then what the writer should read first."""


def run(facts: SendFacts) -> CheckResult:
    """The first check that stops the message and that nobody has waived, else "allowed"."""
    return next((found for found in _findings(facts) if found.verdict is Verdict.HELD), _ALLOWED)


def run_all(facts: SendFacts) -> tuple[CheckResult, ...]:
    """Everything that stands against the message, for whoever writes it: what holds, then warnings."""
    found = list(_findings(facts))
    return tuple(sorted(found, key=lambda result: result.verdict is not Verdict.HELD))


def _findings(facts: SendFacts) -> Iterator[CheckResult]:
    for check in CHECKS:
        result = check(facts)
        waived = result.can_confirm and result.name in facts.confirmed
        if result.verdict is not Verdict.ALLOWED and not waived:
            yield result
