"""One sender ID with all that stands around it: holders, rules, country, links (R11, R14, R59)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.domain import sender_policy
from sms_desk.domain.commands import EditSender
from sms_desk.domain.compliance import SenderIdCountry
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.sender_policy import Draft, Finding, Severity
from sms_desk.services import holdings, senders
from sms_desk.services.context import Context
from sms_desk.services.desk import Stamp
from sms_desk.services.holdings import HoldingRow
from sms_desk.services.rows import SenderRow
from sms_desk.services.sender_checks import neighbours
from sms_desk.services.words import peer_text
from sms_desk.settings import facts
from sms_desk.store import senders as sender_store


@dataclass(frozen=True, slots=True)
class SenderDetail:
    """findings: what cannot be and what somebody should look at, errors first. country: what
    sources say of its country, None where none does. inbound, fallback: as shown, "" for none."""

    row: SenderRow
    inbound: str
    fallback: str
    holdings: tuple[HoldingRow, ...]
    findings: tuple[Finding, ...]
    country: SenderIdCountry | None


@dataclass(frozen=True, slots=True)
class SenderFinding:
    """One finding about one sender ID of the directory."""

    sender_id: UUID
    display: str
    label: str
    severity: Severity
    field: str
    title: str
    next_step: str
    source: str


def detail(ctx: Context, sender_id: UUID) -> SenderDetail:
    """Raises NotFoundError."""
    row = senders.row(ctx, sender_id)
    linked = [id_ for id_ in (row.inbound_id, row.fallback_id) if id_ is not None]
    shown = {
        id_: " · ".join(filter(None, (peer_text(each["address"]), each["label"])))
        for id_, each in sender_store.briefly(ctx.tx, linked).items()
    }
    return SenderDetail(
        row,
        shown.get(row.inbound_id, "") if row.inbound_id else "",
        shown.get(row.fallback_id, "") if row.fallback_id else "",
        holdings.of_sender(ctx, sender_id),
        checked(ctx, draft_of(row)),
        facts.sender_id_countries().get(row.country),
    )


def checked(ctx: Context, draft: Draft) -> tuple[Finding, ...]:
    """What the rules say of a sender ID as it is, or as somebody would have it."""
    return sender_policy.check(draft, neighbours(ctx), facts.sender_id_countries())


def findings(ctx: Context, sender_id: UUID | None = None) -> tuple[SenderFinding, ...]:
    """Of one sender ID, or of all in use: errors first."""
    rows = senders.listing(ctx) if sender_id is None else (senders.row(ctx, sender_id),)
    around, countries = neighbours(ctx), facts.sender_id_countries()
    found = (
        SenderFinding(
            row.id,
            row.display,
            row.label,
            each.severity,
            each.field,
            each.title,
            each.next_step,
            each.source,
        )
        for row in rows
        for each in sender_policy.check(draft_of(row), around, countries)
    )
    return tuple(sorted(found, key=lambda each: each.severity is Severity.WARNING))


def draft_of(row: SenderRow) -> Draft:
    """A sender ID as the rules look at it."""
    return Draft(
        row.id,
        row.channel,
        row.address,
        row.kind,
        row.country,
        row.direction,
        row.purpose,
        row.registration,
        row.inbound_id,
        row.fallback_id,
    )


def edit_of(row: SenderRow, stamp: Stamp) -> EditSender:
    """The command that leaves a sender ID as it is: `dataclasses.replace` what is to change."""
    return EditSender(
        **stamp,
        sender_id=row.id,
        label=row.label,
        direction=row.direction,
        inbound_id=row.inbound_id,
        kind=row.kind,
        purpose=row.purpose,
        country=row.country,
        registration=row.registration,
        fallback_id=row.fallback_id,
    )
