"""The advisor: the whole directory and its traffic against the sender-ID guideline (R15, R43).

Each rule is one function over `Facts` and yields findings; a new one is a function here and a line
in RULES. A finding says what it rests on, and where it can, how to mend it: as steps that
`services.advisor` turns into commands, so that a remedy is done, logged and undone like all else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from sms_desk.domain.advisor_facts import Facts, ProgramFacts, SenderFacts, Traffic
from sms_desk.domain.model import (
    Channel,
    Health,
    ProgramKind,
    Purpose,
    Role,
    SenderDirection,
    SenderKind,
    SourceKind,
)
from sms_desk.domain.scopes import Holders


class FindingCode(StrEnum):
    """Stable: scripts and waivers name them."""

    NO_DEDICATED_NUMBER = "no_dedicated_number"
    CAMPAIGN_AND_MANUAL = "campaign_and_manual"
    SERVICE_AND_OTHER = "service_and_other"
    SERVICE_ON_TWO_NUMBERS = "service_on_two_numbers"
    SEVERAL_SENDERS_FOR_ONE_CONTACT = "several_senders_for_one_contact"
    SMS_AND_WHATSAPP = "sms_and_whatsapp"
    NO_AUTO_RESPONDER = "no_auto_responder"
    UNREGISTERED_INDIA = "unregistered_india"
    UNREGISTERED_10DLC = "unregistered_10dlc"
    NO_FALLBACK = "no_fallback"
    WHATSAPP_DLT = "whatsapp_dlt"
    CROSS_CHANNEL_BLOCK = "cross_channel_block"


class Severity(StrEnum):
    """Worst first."""

    PROBLEM = "problem"  # messages fail, or a rule of the channel is broken
    WARNING = "warning"  # against the guideline
    ADVICE = "advice"  # said by the guide, in no rule that we found (R43)


# --- what they find -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Give:
    """Step: a person holds a sender ID from now on."""

    sender_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Dedicate:
    """Step: a sender ID serves one program from now on."""

    sender_id: UUID
    program_id: UUID


@dataclass(frozen=True, slots=True)
class Release:
    """Step: a sender ID serves the program no more."""

    sender_id: UUID
    program_id: UUID


@dataclass(frozen=True, slots=True)
class SetFallback:
    sender_id: UUID
    fallback_id: UUID


@dataclass(frozen=True, slots=True)
class SetAutoReply:
    program_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Retire:
    sender_id: UUID


@dataclass(frozen=True, slots=True)
class Close:
    conversation_ids: tuple[UUID, ...]


Step: TypeAlias = Give | Dedicate | Release | SetFallback | SetAutoReply | Retire | Close


@dataclass(frozen=True, slots=True)
class Remedy:
    """label: what a click does, as a person would say it."""

    label: str
    step: Step


@dataclass(frozen=True, slots=True)
class Finding:
    """key: code and subjects, the same for as long as the finding is about the same things.

    based_on: what it rests on, one fact a line. remedy None: next_step says what a person does.
    """

    code: FindingCode
    severity: Severity
    title: str
    explanation: str
    based_on: tuple[str, ...]
    next_step: str
    remedy: Remedy | None = None
    sender_ids: tuple[UUID, ...] = ()
    person_ids: tuple[UUID, ...] = ()
    program_ids: tuple[UUID, ...] = ()
    key: str = field(init=False)

    def __post_init__(self) -> None:
        ids = sorted(str(id_) for id_ in (*self.sender_ids, *self.person_ids, *self.program_ids))
        object.__setattr__(self, "key", ":".join((self.code, *ids)))


Rule = Callable[[Facts], Iterator[Finding]]


def advise(facts: Facts) -> tuple[Finding, ...]:
    """All findings, worst first, then in the order of the rules and of the names."""
    found = [finding for rule in RULES for finding in rule(facts)]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


# --- the rules ------------------------------------------------------------------------------------


def _no_dedicated_number(facts: Facts) -> Iterator[Finding]:
    """A contact should know a rep by one number."""
    spare = iter(_spare_numbers(facts))
    served = {
        person for sender in facts.senders for person in sender.holders.people if _dedicated(sender)
    }
    for person in sorted(facts.people, key=lambda person: person.name.casefold()):
        if person.role is not Role.REP or person.id in served:
            continue
        held = [s.name for s in facts.senders if person.id in s.holders.people]
        number = next(spare, None)
        yield Finding(
            FindingCode.NO_DEDICATED_NUMBER,
            Severity.WARNING,
            f"{person.name} has no number of their own",
            "Contacts answer to the number that they know. A rep who writes from shared numbers "
            "gets answers that others see first, and takes no contact along.",
            (f"Holds: {', '.join(held)}" if held else "Holds no sender ID",),
            "Give them a number that nobody else holds.",
            None
            if number is None
            else Remedy(f"Give {number.name} to {person.name}", Give(number.id, person.id)),
            person_ids=(person.id,),
        )


def _dedicated(sender: SenderFacts) -> bool:
    """A number by which one person alone is reached."""
    return (
        len(sender.holders.people) == 1
        and not sender.holders.shared
        and not sender.holders.programs
        and sender.program_id is None
        and sender.direction is SenderDirection.BOTH
        and sender.kind is not SenderKind.ALPHANUMERIC
    )


def _spare_numbers(facts: Facts) -> list[SenderFacts]:
    """Numbers that could be somebody's: held by nobody, for nothing else, in good health."""
    return [
        sender
        for sender in facts.senders
        if sender.holders == Holders()
        and sender.program_id is None
        and sender.purpose is Purpose.DIRECT
        and sender.kind in (SenderKind.LONG_CODE, SenderKind.TOLL_FREE)
        and sender.direction is SenderDirection.BOTH
        and sender.health is Health.OK
        and not _carries_program(facts, sender)
    ]


def _carries_program(facts: Facts, sender: SenderFacts) -> bool:
    """Whether a campaign or service wrote from it: in somebody's hand it would be a finding."""
    return any(part.program_id is not None for part in facts.by_sender.get(sender.id, ()))


def _campaign_and_manual(facts: Facts) -> Iterator[Finding]:
    for sender, parts in _mixed(facts):
        kinds = {part.kind for part in parts}
        if SourceKind.SERVICE in kinds or not kinds >= {SourceKind.CAMPAIGN, SourceKind.DIRECT}:
            continue
        yield Finding(
            FindingCode.CAMPAIGN_AND_MANUAL,
            Severity.WARNING,
            f"{sender.name} carries a campaign and manual messages",
            "Carriers judge a number by all that it sends. When a campaign is filtered or reported, "
            "what reps write by hand from the same number is filtered with it, and answers to "
            "either end in one heap.",
            _sent(facts, parts),
            "Give the campaign a sender ID of its own.",
            _dedication(facts, sender, parts, ProgramKind.CAMPAIGN),
            sender_ids=(sender.id,),
        )


def _service_and_other(facts: Facts) -> Iterator[Finding]:
    for sender, parts in _mixed(facts):
        services = {part.program_id for part in parts if part.kind is SourceKind.SERVICE}
        others = len(services) > 1 or any(part.kind is not SourceKind.SERVICE for part in parts)
        if not services or not others:
            continue
        yield Finding(
            FindingCode.SERVICE_AND_OTHER,
            Severity.WARNING,
            f"{sender.name} carries a service and something else",
            "Reminders and alerts are trusted because nothing else comes from their number. "
            "Whoever opts out of the rest opts out of them, too.",
            _sent(facts, parts),
            "Keep the number for the one service.",
            _dedication(facts, sender, parts, ProgramKind.SERVICE),
            sender_ids=(sender.id,),
        )


def _mixed(facts: Facts) -> Iterator[tuple[SenderFacts, tuple[Traffic, ...]]]:
    for sender in facts.senders:
        parts = facts.by_sender.get(sender.id, ())
        if len({(part.kind, part.program_id) for part in parts}) > 1:
            yield sender, parts


def _dedication(
    facts: Facts, sender: SenderFacts, parts: Iterable[Traffic], kind: ProgramKind
) -> Remedy | None:
    """One click only where it is plain to which program the number would belong."""
    programs = [facts.program.get(part.program_id) for part in parts if part.program_id]
    wanted = {program.id for program in programs if program is not None and program.kind is kind}
    if len(wanted) != 1 or sender.program_id is not None:
        return None
    (program_id,) = wanted
    name = facts.program[program_id].name
    return Remedy(f"Keep {sender.name} for {name} alone", Dedicate(sender.id, program_id))


def _service_on_two_numbers(facts: Facts) -> Iterator[Finding]:
    for program in facts.programs:
        if program.kind is not ProgramKind.SERVICE:
            continue
        for channel in Channel:
            used = _used_by(facts, program, channel)
            if len(used) < 2:
                continue
            least = facts.sender[min(used, key=lambda id_: (used[id_], str(id_)))]
            released = least.program_id == program.id
            yield Finding(
                FindingCode.SERVICE_ON_TWO_NUMBERS,
                Severity.WARNING,
                f"{program.name} comes from {len(used)} numbers",
                "People save a service's number and trust what comes from it. From a second one "
                "the same words look like fraud, and an opt-out from one leaves the other running.",
                tuple(
                    f"{facts.sender[id_].name}: {_messages(n)} in {facts.days} days"
                    for id_, n in sorted(used.items(), key=lambda pair: -pair[1])
                ),
                "Send it from one number; make that known where the service is set up.",
                Remedy(f"Release {least.name}", Release(least.id, program.id))
                if released
                else None,
                sender_ids=tuple(used),
                program_ids=(program.id,),
            )


def _used_by(facts: Facts, program: ProgramFacts, channel: Channel) -> dict[UUID, int]:
    """Sender IDs of one channel that the service has or used, with what they sent."""
    used = {
        id_: 0
        for id_ in program.sender_ids
        if id_ in facts.sender and facts.sender[id_].channel is channel
    }
    for part in facts.traffic:
        known = facts.sender.get(part.sender_id)
        if part.program_id == program.id and part.sent and known and known.channel is channel:
            used[part.sender_id] = used.get(part.sender_id, 0) + part.sent
    return used


def _several_senders(facts: Facts) -> Iterator[Finding]:
    for overlap in facts.overlaps:
        senders = [facts.sender[id_] for id_ in overlap.sender_ids if id_ in facts.sender]
        if len(senders) < 2:
            continue
        names = " and ".join(sorted(sender.name for sender in senders))
        program = facts.program.get(overlap.program_id) if overlap.program_id else None
        what = program.name if program else "direct conversations"
        closes = overlap.conversation_ids
        yield Finding(
            FindingCode.SEVERAL_SENDERS_FOR_ONE_CONTACT,
            Severity.WARNING,
            f"{_contacts(overlap.contacts)} hear from {names} about the same"
            if overlap.contacts > 1
            else f"1 contact hears from {names} about the same",
            "One contact, one number for one kind of conversation: otherwise answers go astray "
            "and nobody sees the whole of what was said.",
            (f"{what}, in {facts.days} days: {_contacts(overlap.contacts)}",),
            "Go on from the number that the contact used last, and close the other conversation.",
            Remedy(
                f"Close {len(closes)} older conversation{'s' if len(closes) > 1 else ''}",
                Close(closes),
            )
            if closes
            else None,
            sender_ids=tuple(sender.id for sender in senders),
            program_ids=(program.id,) if program else (),
        )


def _sms_and_whatsapp(facts: Facts) -> Iterator[Finding]:
    for sms, whatsapp in _on_both(facts):
        sent = {s.id: sum(t.sent for t in facts.by_sender.get(s.id, ())) for s in (sms, whatsapp)}
        less = min((whatsapp, sms), key=lambda sender: sent[sender.id])
        yield Finding(
            FindingCode.SMS_AND_WHATSAPP,
            Severity.WARNING,
            f"{sms.name} serves SMS and WhatsApp",
            "To the desk these are two sender IDs with conversations, opt-outs and figures of their "
            "own; to the contact they are one number. What is said on one is not seen on the other.",
            tuple(
                f"{_CHANNEL[s.channel]}: {_messages(sent[s.id])} in {facts.days} days"
                for s in (sms, whatsapp)
            ),
            "Use a number of its own for WhatsApp.",
            Remedy(f"Retire it on {_CHANNEL[less.channel]}", Retire(less.id)),
            sender_ids=(sms.id, whatsapp.id),
        )


def _on_both(facts: Facts) -> Iterator[tuple[SenderFacts, SenderFacts]]:
    sms = {sender.key: sender for sender in facts.senders if sender.channel is Channel.SMS}
    for sender in facts.senders:
        if sender.channel is Channel.WHATSAPP and sender.key in sms:
            yield sms[sender.key], sender


_CHANNEL = {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}


def _no_auto_responder(facts: Facts) -> Iterator[Finding]:
    for program in facts.programs:
        if program.kind is not ProgramKind.SERVICE or program.takes_replies or program.auto_reply:
            continue
        yield Finding(
            FindingCode.NO_AUTO_RESPONDER,
            Severity.WARNING,
            f"{program.name} takes no replies and does not say so",
            "People answer reminders. Without a word back they believe that they were heard.",
            ("Replies: not taken", "Auto-responder: none"),
            "Let it take replies, or let it say where to turn.",
            Remedy("Say so once a day to whoever replies", SetAutoReply(program.id, AUTO_REPLY)),
            program_ids=(program.id,),
        )


AUTO_REPLY = "Thank you. This number does not take replies, so nobody will read this message."
"""What the remedy proposes; the program's screen changes it."""


def _unregistered_india(facts: Facts) -> Iterator[Finding]:
    for sender, sent in _reaching(facts, "IN"):
        india = sender.registration.india
        if sender.channel is not Channel.SMS or (india is not None and not india.missing()):
            continue
        lacks = india.missing() if india is not None else ("route",)
        yield Finding(
            FindingCode.UNREGISTERED_INDIA,
            Severity.PROBLEM,
            f"{sender.name} writes to India without a registration",
            "On the domestic route operators drop what has no principal entity, header and content "
            "template (TRAI, TCCCPR 2018). An international route needs none: then say so.",
            (f"{_messages(sent)} to India in {facts.days} days", f"Missing: {', '.join(lacks)}"),
            "Enter the registration, or mark the route as international.",
            sender_ids=(sender.id,),
        )


def _unregistered_10dlc(facts: Facts) -> Iterator[Finding]:
    for sender, sent in _reaching(facts, "US"):
        us = sender.registration.us
        american = sender.country == "US" or (not sender.country and sender.key.startswith("+1"))
        long_code = sender.kind is SenderKind.LONG_CODE and american
        if not long_code or sender.channel is not Channel.SMS or (us is not None and us.approved):
            continue
        state = f"Brand {us.brand_state}, campaign {us.campaign_state}" if us else "Nothing entered"
        yield Finding(
            FindingCode.UNREGISTERED_10DLC,
            Severity.PROBLEM,
            f"{sender.name} writes to the US without an approved 10DLC campaign",
            "US carriers block application traffic from long codes whose brand and campaign are "
            "not approved (Twilio error 30034).",
            (f"{_messages(sent)} to the US in {facts.days} days", state),
            "Register brand and campaign with the provider, then enter their state here.",
            sender_ids=(sender.id,),
        )


def _reaching(facts: Facts, region: str) -> Iterator[tuple[SenderFacts, int]]:
    for one in facts.reached:
        if one.region == region and one.sent and one.sender_id in facts.sender:
            yield facts.sender[one.sender_id], one.sent


def _no_fallback(facts: Facts) -> Iterator[Finding]:
    taken = {sender.fallback_id for sender in facts.senders}
    for sender in facts.senders:
        if sender.health is Health.OK or _ready(facts, sender):
            continue
        blocked = sender.health is Health.BLOCKED
        spare = next((s for s in _stand_ins(facts, sender) if s.id not in taken), None)
        if spare is not None:
            taken.add(spare.id)  # two that are blocked are not both offered the same
        yield Finding(
            FindingCode.NO_FALLBACK,
            Severity.PROBLEM if blocked else Severity.WARNING,
            f"{sender.name} is {sender.health} and has no fallback",
            "Its conversations cannot go on before another number on the same channel is named.",
            (f"Health: {sender.health}", _fallback_words(facts, sender)),
            "Name a fallback, then switch the conversations to it.",
            None
            if spare is None
            else Remedy(f"Name {spare.name}", SetFallback(sender.id, spare.id)),
            sender_ids=(sender.id,),
        )


def _ready(facts: Facts, sender: SenderFacts) -> bool:
    named = facts.sender.get(sender.fallback_id) if sender.fallback_id else None
    return named is not None and named.health is not Health.BLOCKED


def _fallback_words(facts: Facts, sender: SenderFacts) -> str:
    if sender.fallback_id is None:
        return "Fallback: none"
    named = facts.sender.get(sender.fallback_id)
    return "Fallback: retired" if named is None else f"Fallback: {named.name}, blocked itself"


def _stand_ins(facts: Facts, sender: SenderFacts) -> list[SenderFacts]:
    """Numbers that could take its place, of the same country first."""
    able = [
        other
        for other in facts.senders
        if other.id != sender.id
        and other.channel is sender.channel
        and other.kind is sender.kind
        and other.health is Health.OK
        and other.direction is SenderDirection.BOTH
        and other.program_id is None
        and other.holders in (Holders(), sender.holders)
        and other.fallback_id != sender.id
        and not _carries_program(facts, other)
    ]
    return sorted(able, key=lambda other: (other.country != sender.country, other.name))


def _whatsapp_dlt(facts: Facts) -> Iterator[Finding]:
    """R43: the guide says so; neither Meta nor TRAI does, as far as we found."""
    for sender in facts.senders:
        india = sender.registration.india
        if sender.channel is not Channel.WHATSAPP or sender.country != "IN":
            continue
        if india is not None and india.entity_id:
            continue
        yield Finding(
            FindingCode.WHATSAPP_DLT,
            Severity.ADVICE,
            f"{sender.name} has no DLT registration",
            "The sender-ID guide asks for one also on WhatsApp. We found no rule of Meta or TRAI "
            "that does: nothing is blocked.",
            ("Country: India", "Principal entity: none"),
            "Enter the registration if you have one, or leave this as it is.",
            sender_ids=(sender.id,),
        )


def _cross_channel_block(facts: Facts) -> Iterator[Finding]:
    """R43: the guide says that a report on one platform blocks the other."""
    for pair in _on_both(facts):
        for troubled, other in (pair, pair[::-1]):
            if troubled.health is Health.OK or other.health is not Health.OK:
                continue
            here, there = _CHANNEL[troubled.channel], _CHANNEL[other.channel]
            yield Finding(
                FindingCode.CROSS_CHANNEL_BLOCK,
                Severity.ADVICE,
                f"{troubled.name} is {troubled.health} on {here}; watch it on {there}",
                "The sender-ID guide says that a report on one platform blocks the other. We found "
                "no rule that says so, and the desk leaves the other channel alone.",
                (f"{here}: {troubled.health}", f"{there}: {other.health}"),
                "Look at its delivery figures on both channels.",
                sender_ids=(troubled.id, other.id),
            )


RULES: tuple[Rule, ...] = (
    _no_fallback,
    _unregistered_india,
    _unregistered_10dlc,
    _campaign_and_manual,
    _service_and_other,
    _service_on_two_numbers,
    _several_senders,
    _sms_and_whatsapp,
    _no_auto_responder,
    _no_dedicated_number,
    _whatsapp_dlt,
    _cross_channel_block,
)


# --- words ----------------------------------------------------------------------------------------


def _sent(facts: Facts, parts: Iterable[Traffic]) -> tuple[str, ...]:
    """Who sent how much from it, busiest first."""
    return tuple(
        f"{_of(facts, part)}: {_messages(part.sent)} in {facts.days} days" for part in parts
    )


def _of(facts: Facts, part: Traffic) -> str:
    if part.program_id is None:
        return "Written by hand"
    program = facts.program.get(part.program_id)
    return program.name if program else "A retired program"


def _messages(n: int) -> str:
    return "1 message" if n == 1 else f"{n:,} messages"


def _contacts(n: int) -> str:
    return "1 contact" if n == 1 else f"{n:,} contacts"
