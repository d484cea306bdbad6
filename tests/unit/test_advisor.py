"""The advisor's rules, one by one, and that each is silent about a directory in order (R15, R43)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

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
    advise,
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
from sms_desk.domain.registration import (
    HeaderType,
    India,
    Registration,
    RegistrationState,
    Route,
    TenDlc,
)
from sms_desk.domain.scopes import Holders

_SPACE = UUID(int=7)


def an_id(name: str) -> UUID:
    return uuid5(_SPACE, name)


REGISTERED = Registration(
    us=TenDlc("BN1", RegistrationState.APPROVED, "CM1", RegistrationState.APPROVED)
)


def sender(name: str, *holders: str, **changed: object) -> SenderFacts:
    """A US long code in good order, held by these people."""
    plain = SenderFacts(
        id=an_id(name),
        channel=Channel.SMS,
        key=f"+1202555{name}",
        kind=SenderKind.LONG_CODE,
        country="US",
        name=name,
        direction=SenderDirection.BOTH,
        purpose=Purpose.DIRECT,
        health=Health.OK,
        registration=REGISTERED,
        holders=Holders(people=frozenset(map(an_id, holders))),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def person(name: str, role: Role = Role.REP) -> PersonFacts:
    return PersonFacts(an_id(name), name, role)


def program(name: str, kind: ProgramKind, *senders: str, **changed: object) -> ProgramFacts:
    plain = ProgramFacts(an_id(name), kind, name, True, "", frozenset(map(an_id, senders)))
    return replace(plain, **changed)  # type: ignore[arg-type]


def by_hand(name: str, n: int = 10) -> Traffic:
    return Traffic(an_id(name), SourceKind.DIRECT, None, n)


def of(program_: ProgramFacts, name: str, n: int = 10) -> Traffic:
    return Traffic(an_id(name), SourceKind(program_.kind.value), program_.id, n)


def codes(facts: Facts) -> list[FindingCode]:
    return [finding.code for finding in advise(facts)]


def the_one(facts: Facts) -> Finding:
    (finding,) = advise(facts)
    return finding


SALE = program("Spring sale", ProgramKind.CAMPAIGN, "0110")
REMINDERS = program("Reminders", ProgramKind.SERVICE, "0120")
IN_ORDER = Facts(
    senders=(
        sender("0101", "Ben"),
        sender("0102", "Ben", "Cara"),
        sender("0103", "Cara"),
        sender("0110", program_id=SALE.id, purpose=Purpose.CAMPAIGN),
        sender("0120", program_id=REMINDERS.id, purpose=Purpose.SERVICE),
    ),
    people=(person("Ann", Role.ADMIN), person("Ben"), person("Cara")),
    programs=(SALE, REMINDERS),
    traffic=(
        by_hand("0101"),
        by_hand("0102"),
        of(SALE, "0110", 5000),
        of(REMINDERS, "0120", 900),
    ),
    reached=(Reached(an_id("0101"), "US", 10), Reached(an_id("0110"), "US", 5000)),
)


def test_a_directory_in_order_has_no_findings() -> None:
    assert advise(IN_ORDER) == ()
    assert advise(Facts((), (), ())) == ()


def with_senders(*senders: SenderFacts, facts: Facts = IN_ORDER) -> Facts:
    ids = {one.id for one in senders}
    return replace(facts, senders=(*(s for s in facts.senders if s.id not in ids), *senders))


# --- a rep without a dedicated number -------------------------------------------------------------


def test_a_rep_without_a_number_of_his_own_is_given_a_spare_one() -> None:
    """R15."""
    facts = replace(
        with_senders(sender("0104")), people=(*IN_ORDER.people, person("Dev"), person("Eva"))
    )
    first, second = advise(facts)
    assert (first.code, first.title) == (
        FindingCode.NO_DEDICATED_NUMBER,
        "Dev has no number of their own",
    )
    assert first.remedy is not None
    assert first.remedy.step == Give(an_id("0104"), an_id("Dev"))
    assert second.remedy is None, "a spare number is proposed once"


@pytest.mark.parametrize(
    "only",
    [
        sender("0104", "Dev", "Ben"),
        sender("0104", "Dev", program_id=SALE.id),
        sender("0104", "Dev", direction=SenderDirection.OUTGOING),
        sender("0104", "Dev", kind=SenderKind.ALPHANUMERIC),
        sender(
            "0104", holders=Holders(frozenset([an_id("Dev")]), frozenset([an_id("West sales")]))
        ),
    ],
)
def test_what_is_shared_or_one_way_is_no_number_of_ones_own(only: SenderFacts) -> None:
    facts = replace(with_senders(only), people=(*IN_ORDER.people, person("Dev")))
    assert FindingCode.NO_DEDICATED_NUMBER in codes(facts)


def test_a_number_that_carries_a_program_is_no_spare_one() -> None:
    """R15: a remedy makes no new finding."""
    sale = program("Sale", ProgramKind.CAMPAIGN)
    busy = sender("busy")
    lonely = replace(IN_ORDER, people=(person("ann"),), senders=(busy,), programs=(sale,))
    assert the_one(lonely).remedy is not None
    assert the_one(replace(lonely, traffic=(of(sale, "busy"),))).remedy is None
    ill = sender("ill", health=Health.BLOCKED)
    blocked = replace(IN_ORDER, people=(), senders=(busy, ill), programs=(sale,))
    assert the_one(blocked).remedy is not None
    assert the_one(replace(blocked, traffic=(of(sale, "busy"),))).remedy is None


def test_supervisors_and_admins_need_none() -> None:
    people = (*IN_ORDER.people, person("Sue", Role.SUPERVISOR))
    assert codes(replace(IN_ORDER, people=people)) == []


# --- what a number carries ------------------------------------------------------------------------


def test_campaign_and_manual_traffic_on_one_number() -> None:
    """R15."""
    finding = the_one(replace(IN_ORDER, traffic=(*IN_ORDER.traffic, of(SALE, "0101", 800))))
    assert (finding.code, finding.sender_ids) == (
        FindingCode.CAMPAIGN_AND_MANUAL,
        (an_id("0101"),),
    )
    assert finding.based_on == (
        "Spring sale: 800 messages in 90 days",
        "Written by hand: 10 messages in 90 days",
    )
    assert finding.remedy is not None
    assert finding.remedy.step == Dedicate(an_id("0101"), SALE.id)


def test_two_campaigns_leave_open_whose_the_number_would_be() -> None:
    other = program("Autumn sale", ProgramKind.CAMPAIGN)
    facts = replace(
        IN_ORDER,
        programs=(*IN_ORDER.programs, other),
        traffic=(*IN_ORDER.traffic, of(SALE, "0101"), of(other, "0101")),
    )
    finding = the_one(facts)
    assert (finding.code, finding.remedy) == (FindingCode.CAMPAIGN_AND_MANUAL, None)


@pytest.mark.parametrize("beside", [by_hand("0120", 1), of(SALE, "0120", 3)])
def test_a_service_and_anything_else_on_one_number(beside: Traffic) -> None:
    """R15: with a campaign beside it, it is one finding and not two."""
    finding = the_one(replace(IN_ORDER, traffic=(*IN_ORDER.traffic, beside)))
    assert (finding.code, finding.sender_ids) == (FindingCode.SERVICE_AND_OTHER, (an_id("0120"),))


def test_a_service_on_two_numbers_releases_the_quieter_one() -> None:
    """R15; also before anything was sent from the second."""
    spread = replace(REMINDERS, sender_ids=frozenset([an_id("0120"), an_id("0121")]))
    facts = replace(with_senders(sender("0121", program_id=REMINDERS.id)), programs=(SALE, spread))
    finding = the_one(facts)
    assert finding.code is FindingCode.SERVICE_ON_TWO_NUMBERS
    assert finding.remedy is not None
    assert finding.remedy.step == Release(an_id("0121"), REMINDERS.id)
    assert finding.based_on[-1] == "0121: 0 messages in 90 days"


def test_one_service_on_sms_and_whatsapp_is_no_second_number() -> None:
    both = replace(REMINDERS, sender_ids=frozenset([an_id("0120"), an_id("wa")]))
    facts = replace(
        with_senders(sender("wa", channel=Channel.WHATSAPP, kind=SenderKind.WHATSAPP)),
        programs=(SALE, both),
    )
    assert codes(facts) == []


def test_one_contact_from_several_sender_ids() -> None:
    """R15: for the same kind of conversation; the older ones can be closed."""
    older = (an_id("conversation"),)
    pair = frozenset([an_id("0101"), an_id("0102")])
    overlap = Overlap(SourceKind.DIRECT, None, pair, 37, older)
    finding = the_one(replace(IN_ORDER, overlaps=(overlap,)))
    assert finding.title == "37 contacts hear from 0101 and 0102 about the same"
    assert finding.remedy is not None
    assert finding.remedy.step == Close(older)
    retired = replace(overlap, sender_ids=frozenset([an_id("0101"), an_id("gone")]))
    assert codes(replace(IN_ORDER, overlaps=(retired,))) == []


# --- channels -------------------------------------------------------------------------------------


def whatsapp(name: str = "0103", **changed: object) -> SenderFacts:
    return sender(
        f"{name} WhatsApp",
        "Cara",
        key=f"+1202555{name}",
        channel=Channel.WHATSAPP,
        kind=SenderKind.WHATSAPP,
        **changed,
    )


def test_one_number_on_sms_and_whatsapp() -> None:
    """R15, R1: two sender IDs; the quieter one can be retired."""
    finding = the_one(with_senders(whatsapp()))
    assert finding.code is FindingCode.SMS_AND_WHATSAPP
    assert finding.remedy is not None
    assert finding.remedy.step == Retire(whatsapp().id)


def test_trouble_on_one_channel_is_advice_for_the_other() -> None:
    """R43: with an explanation, never a block."""
    facts = with_senders(
        whatsapp(health=Health.BLOCKED, fallback_id=an_id("spare")),
        sender("spare", channel=Channel.WHATSAPP, kind=SenderKind.WHATSAPP),
    )
    found = {finding.code: finding for finding in advise(facts)}
    assert found[FindingCode.CROSS_CHANNEL_BLOCK].severity is Severity.ADVICE


def test_dlt_for_whatsapp_is_advice() -> None:
    """R43."""
    indian = sender("wa", channel=Channel.WHATSAPP, kind=SenderKind.WHATSAPP, country="IN")
    finding = the_one(with_senders(indian))
    assert (finding.code, finding.severity) == (FindingCode.WHATSAPP_DLT, Severity.ADVICE)
    told = replace(indian, registration=Registration(India(entity_id="1101234567890123456")))
    assert codes(with_senders(told)) == []


# --- services, registration, fallback -------------------------------------------------------------


def test_a_service_without_replies_says_so() -> None:
    """R15, R18."""
    silent = replace(REMINDERS, takes_replies=False)
    finding = the_one(replace(IN_ORDER, programs=(SALE, silent)))
    assert finding.remedy is not None
    assert isinstance(finding.remedy.step, SetAutoReply)
    told = replace(silent, auto_reply=finding.remedy.step.text)
    assert codes(replace(IN_ORDER, programs=(SALE, told))) == []


@pytest.mark.parametrize(
    ("registration", "found"),
    [
        (Registration(), True),
        (Registration(India(Route.DOMESTIC)), True),
        (Registration(India(Route.DOMESTIC, "1101234567890123456", "ACMEIN")), True),
        (
            Registration(
                India(Route.DOMESTIC, "1101234567890123456", "ACMEIN", HeaderType.SERVICE)
            ),
            False,
        ),
        (Registration(India(Route.INTERNATIONAL)), False),
    ],
)
def test_writing_to_india_hangs_on_the_route(registration: Registration, found: bool) -> None:
    """R15, R41."""
    header = sender("ACMEIN", kind=SenderKind.ALPHANUMERIC, country="IN", registration=registration)
    facts = replace(with_senders(header), reached=(Reached(header.id, "IN", 3),))
    assert (codes(facts) == [FindingCode.UNREGISTERED_INDIA]) is found


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"registration": Registration()}, True),
        (
            {
                "registration": Registration(
                    us=TenDlc("BN1", RegistrationState.APPROVED, "CM1", RegistrationState.PENDING)
                )
            },
            True,
        ),
        ({"registration": Registration(), "kind": SenderKind.TOLL_FREE}, False),
        ({"registration": Registration(), "country": "CA"}, False),
        ({}, False),
    ],
)
def test_long_codes_to_the_us_need_10dlc(changed: dict[str, object], found: bool) -> None:
    """R15."""
    facts = with_senders(sender("0101", "Ben", **changed))
    assert (codes(facts) == [FindingCode.UNREGISTERED_10DLC]) is found


def test_a_blocked_number_wants_a_fallback() -> None:
    """R15, R17: on the same channel, one's own or nobody's, and not another's fallback already."""
    blocked = sender("0101", "Ben", health=Health.BLOCKED)
    finding = the_one(with_senders(blocked, sender("0190"), sender("0191", country="CA")))
    assert (finding.code, finding.severity) == (FindingCode.NO_FALLBACK, Severity.PROBLEM)
    assert finding.remedy is not None
    assert finding.remedy.step == SetFallback(blocked.id, an_id("0190"))
    other = sender("0104", "Ben", health=Health.BLOCKED)
    found = advise(with_senders(blocked, other, sender("0190"), sender("0191", country="CA")))
    spares = [
        each.remedy.step.fallback_id
        for each in found
        if each.remedy is not None and isinstance(each.remedy.step, SetFallback)
    ]
    assert len(spares) == len(set(spares)) == 2
    ready = replace(blocked, fallback_id=an_id("0190"))
    assert codes(with_senders(ready, sender("0190"))) == []
    gone = replace(blocked, fallback_id=an_id("gone"))
    assert the_one(with_senders(gone)).based_on[-1] == "Fallback: retired"


# --- all together ---------------------------------------------------------------------------------


def test_worst_first_and_keys_that_stay() -> None:
    facts = replace(
        with_senders(sender("0101", "Ben", health=Health.BLOCKED), whatsapp()),
        programs=(SALE, replace(REMINDERS, takes_replies=False)),
    )
    found = advise(facts)
    order = [list(Severity).index(finding.severity) for finding in found]
    assert order == sorted(order)
    assert len({finding.key for finding in found}) == len(found)
    turned = replace(facts, senders=facts.senders[::-1], programs=facts.programs[::-1])
    assert {finding.key for finding in advise(turned)} == {finding.key for finding in found}
    assert found[0].key == f"no_fallback:{an_id('0101')}"
