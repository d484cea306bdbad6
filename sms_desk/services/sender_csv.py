"""The directory as a CSV file, out and in: what a file would change, line by line (R11, R45).

Reading and planning change nothing; `Plan.command` is what does, all of it or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from sms_desk.domain import addresses, sender_policy
from sms_desk.domain.commands import Holder, SenderLine
from sms_desk.domain.model import Channel, HolderKind, Purpose, SenderDirection, SenderKind
from sms_desk.domain.registration import (
    HeaderType,
    India,
    Registration,
    RegistrationState,
    Route,
    TenDlc,
)
from sms_desk.domain.sender_policy import Finding, Neighbours, Severity
from sms_desk.services.context import Context
from sms_desk.services.csv_files import Progress, Record, no_progress
from sms_desk.services.sender_checks import by_id
from sms_desk.services.sender_lines import draft_of, holder_of, identity, line_of, neighbour_of
from sms_desk.settings import facts
from sms_desk.store import accounts, people, programs, senders
from sms_desk.store.ids import new_id

COLUMNS: Final[Mapping[str, str]] = {
    "address": "The number with + and country code, the short code, or the name. The one column"
    " that must be there.",
    "channel": "sms or whatsapp; else as the kind says.",
    "kind": "long_code, short_code, toll_free, alphanumeric or whatsapp; else as the address looks.",
    "country": "ISO code of two letters. A short code is one in each country.",
    "label": "What people call it.",
    "direction": "both, outgoing or incoming.",
    "purpose": "direct, campaign or service.",
    "account": "Label or id of the account that carries it.",
    "inbound": "The address at which its replies arrive, if it receives nothing itself.",
    "fallback": "The address that stands in for it while it is blocked.",
    "holders": "Who holds it, parted by |: names of people, teams, profiles; everyone; or with their"
    " kind in front, as in team:West or program:Autumn.",
    "india_route": "domestic or international.",
    "india_entity_id": "The principal entity's number.",
    "india_header": "The header, without operator and suffix.",
    "india_header_type": "P, S, T or G.",
    "us_brand_id": "10DLC brand.",
    "us_brand_state": "none, pending, approved, rejected or suspended.",
    "us_campaign_id": "10DLC campaign.",
    "us_campaign_state": "As of the brand.",
    "retired": "yes or no.",
}
"""Column → what stands in it. A column that the file leaves out stays as it is; an empty cell of a
word from a list (channel, kind, direction, purpose, retired) does too, any other becomes empty."""
_EVERY: Final = 250
_SHORTENED = re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+")


class Outcome(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell, or worth a look. field: the column."""

    field: str
    message: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a line changes in one column; both as the file would have them."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LineReport:
    """line: in the file, from 1."""

    line: int
    address: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. wanted: the lines that are new or change something."""

    reports: tuple[LineReport, ...]
    wanted: tuple[SenderLine, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(report.outcome is outcome for report in self.reports)


# --- out --------------------------------------------------------------------------------------------


def export_rows(ctx: Context) -> Iterator[tuple[str, ...]]:
    """The whole directory, retired ones too, in the order of `COLUMNS`."""
    around = _Around(ctx)
    for stored in senders.listing(ctx.tx, retired=True):
        cells = around.cells(line_of(stored, around.holders.get(stored["id"], ())))
        yield tuple(cells[name] for name in COLUMNS)


# --- in -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Read:
    """A line on its way."""

    record: Record
    before: SenderLine | None = None
    line: SenderLine | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    stays: Problem | None = None

    def wrong(self, field: str, message: str, next_step: str = "") -> None:
        self.problems.append(Problem(field, message, next_step))


def plan(ctx: Context, records: Sequence[Record], progress: Progress = no_progress) -> Plan:
    """What a file would change, and what is wrong in it, line by line. Nothing is written."""
    around = _Around(ctx)
    found = []
    for n, record in enumerate(records, 1):
        found.append(_described(record, around))
        if n % _EVERY == 0:
            progress(n)
    _refuse_twins(found)
    _link(found, around)
    _judge(found, ctx, progress)
    reports = tuple(_report(each, around) for each in found)
    wanted = tuple(
        each.line
        for each, report in zip(found, reports, strict=True)
        if each.line is not None and report.outcome in (Outcome.ADDED, Outcome.CHANGED)
    )
    return Plan(reports, wanted)


def _report(each: _Read, around: _Around) -> LineReport:
    address = each.record.cells["address"].strip()
    warnings = (*((each.stays,) if each.stays else ()), *each.warnings)
    if each.problems:
        return LineReport(each.record.line, address, Outcome.ERROR, tuple(each.problems), warnings)
    assert each.line is not None
    if each.before is None:
        return LineReport(each.record.line, address, Outcome.ADDED, (), warnings)
    was, now = around.cells(each.before), around.cells(each.line)
    changed = tuple(
        Difference(name, was[name], now[name]) for name in COLUMNS if was[name] != now[name]
    )
    outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
    return LineReport(each.record.line, address, outcome, (), warnings, changed)


def _described(record: Record, around: _Around) -> _Read:
    """Everything of a line but the other sender IDs that it names."""
    each = _Read(record)
    cells = record.cells
    channel, address = addresses.split_channel(cells["address"].strip())
    if _SHORTENED.fullmatch(address):
        each.wrong(
            "address",
            f"“{address}” is a number that a spreadsheet has shortened.",
            "Format the column as text there, and fill it in again.",
        )
        return each
    if channel is Channel.SMS:
        channel = _word(each, "channel", Channel) or channel
    kind = _word(each, "kind", SenderKind)
    if kind is SenderKind.WHATSAPP and not cells.get("channel", "").strip():
        channel = Channel.WHATSAPP
    kind_or_looks = kind or _looks_like(channel, address)
    country = cells.get("country", "").strip().upper()
    address = sender_policy.clean_address(address)
    each.before = around.known(channel, kind_or_looks, address, country)
    start = each.before or SenderLine(
        sender_id=new_id(),
        channel=channel,
        address=address,
        kind=kind_or_looks,
        direction=sender_policy.direction_of(kind_or_looks),
        account_id=around.only_account,
        holders=(),
    )
    if start.retired and not cells.get("retired", "").strip():
        each.stays = Problem(
            "retired", "It is retired, and stays so.", "Add the column retired with no in it."
        )
    each.line = replace(
        start,
        kind=kind or start.kind,
        country=country if "country" in cells else start.country,
        label=cells["label"].strip() if "label" in cells else start.label,
        direction=_word(each, "direction", SenderDirection) or start.direction,
        purpose=_word(each, "purpose", Purpose) or start.purpose,
        retired=_yes_or_no(each, start.retired),
        registration=_registration(each, start.registration),
        account_id=_account(each, around, start.account_id),
        holders=_holders(each, around, start.holders),
    )
    return each


def _looks_like(channel: Channel, address: str) -> SenderKind:
    if channel is Channel.WHATSAPP:
        return SenderKind.WHATSAPP
    if addresses.from_provider(address).kind is addresses.AddressKind.SHORT_CODE:
        return SenderKind.SHORT_CODE
    if not address.startswith("+") and any(map(str.isalpha, address)):
        return SenderKind.ALPHANUMERIC
    return sender_policy.number_kind(address)


Word = TypeVar("Word", bound=StrEnum)


def _word(each: _Read, name: str, words: type[Word]) -> Word | None:
    """One of some words; None where nothing stands there, or something else, which is said."""
    typed = each.record.cells.get(name, "").strip()
    if not typed:
        return None
    key = typed.lower().replace("-", "_").replace(" ", "_")
    for word in words:
        if word.value.lower() == key:
            return word
    known = ", ".join(word.value for word in words)
    each.wrong(name, f"“{_short(typed)}” is none of the words for it.", f"Known are: {known}.")
    return None


def _yes_or_no(each: _Read, otherwise: bool) -> bool:
    typed = each.record.cells.get("retired", "").strip().lower()
    if typed in ("", "yes", "no"):
        return otherwise if not typed else typed == "yes"
    each.wrong("retired", f"“{_short(typed)}” is neither yes nor no.")
    return otherwise


_INDIA = ("india_route", "india_entity_id", "india_header", "india_header_type")
_US = ("us_brand_id", "us_brand_state", "us_campaign_id", "us_campaign_state")


def _registration(each: _Read, start: Registration | None) -> Registration | None:
    cells = each.record.cells
    was = start or Registration()
    india, us = was.india, was.us
    if any(name in cells for name in _INDIA):
        of = india or India()
        india = India(
            route=_word(each, "india_route", Route)
            or (Route.INTERNATIONAL if "india_route" in cells else of.route),
            entity_id=_cell(cells, "india_entity_id", of.entity_id),
            header=_cell(cells, "india_header", of.header),
            header_type=_word(each, "india_header_type", HeaderType)
            if "india_header_type" in cells
            else of.header_type,
        )
        if not any(cells.get(name, "").strip() for name in _INDIA):
            india = None
    if any(name in cells for name in _US):
        said = us or TenDlc()
        us = TenDlc(
            brand_id=_cell(cells, "us_brand_id", said.brand_id),
            brand_state=_state(each, "us_brand_state", said.brand_state),
            campaign_id=_cell(cells, "us_campaign_id", said.campaign_id),
            campaign_state=_state(each, "us_campaign_state", said.campaign_state),
        )
        if not any(cells.get(name, "").strip() for name in _US):
            us = None
    return None if india is None and us is None else Registration(india, us)


def _cell(cells: Mapping[str, str], name: str, otherwise: str) -> str:
    return cells[name].strip() if name in cells else otherwise


def _state(each: _Read, name: str, otherwise: RegistrationState) -> RegistrationState:
    if name not in each.record.cells:
        return otherwise
    return _word(each, name, RegistrationState) or RegistrationState.NONE


def _account(each: _Read, around: _Around, otherwise: UUID | None) -> UUID | None:
    if "account" not in each.record.cells:
        return otherwise
    typed = each.record.cells["account"].strip()
    if not typed:
        return None
    found = around.accounts.get(typed.casefold(), ())
    if len(found) == 1:
        return found[0]
    words = "Several accounts are" if found else "No account is"
    each.wrong("account", f"{words} called “{_short(typed)}”.", "See sms-desk account list.")
    return otherwise


def _holders(
    each: _Read, around: _Around, otherwise: tuple[Holder, ...] | None
) -> tuple[Holder, ...] | None:
    if "holders" not in each.record.cells:
        return otherwise
    found = []
    for part in each.record.cells["holders"].split("|"):
        name = part.strip()
        if not name:
            continue
        holders = around.holder_names.get(name.casefold(), ())
        if len(holders) == 1:
            found.append(holders[0])
        elif holders:
            step = "Put the kind in front, as in team:West, or use the id."
            each.wrong("holders", f"“{_short(name)}” is more than one.", step)
        else:
            each.wrong(
                "holders",
                f"Nobody is called “{_short(name)}”.",
                "People, teams, profiles and programs by name, parted by |; or everyone.",
            )
    return tuple(dict.fromkeys(found))


def _refuse_twins(found: Sequence[_Read]) -> None:
    """The same sender ID on two lines: the second is wrong (R1)."""
    first: dict[Any, int] = {}
    for each in found:
        if each.line is None:
            continue
        key = identity(each.line.channel, each.line.kind, each.line.address, each.line.country)
        there = first.setdefault(key, each.record.line)
        if there != each.record.line:
            each.wrong("address", f"It stands on line {there} already.", "Keep one of the two.")


def _link(found: Sequence[_Read], around: _Around) -> None:
    """Inbound number and fallback, which may stand further down in the same file."""
    for each in found:
        if each.line is not None:
            around.addresses[each.line.sender_id] = each.line.address
    in_file = {
        (each.line.channel, addresses.match_key(each.line.address)): each.line.sender_id
        for each in found
        if each.line is not None
    }
    for each in found:
        for name in ("inbound", "fallback"):
            if each.line is None or name not in each.record.cells:
                continue
            typed = each.record.cells[name].strip()
            id_ = None
            if typed:
                key = addresses.from_provider(addresses.split_channel(typed)[1]).key
                at = (each.line.channel, key)
                id_ = in_file.get(at) or around.by_key.get(at)
                if id_ is None:
                    each.wrong(
                        name,
                        f"There is no sender ID “{_short(typed)}” on this channel.",
                        "Name one of the directory or of this file by its address.",
                    )
                    continue
            if name == "inbound":
                each.line = replace(each.line, inbound_id=id_)
            else:
                each.line = replace(each.line, fallback_id=id_)


def _judge(found: Sequence[_Read], ctx: Context, progress: Progress) -> None:
    """The rules over the directory as it would be; a line that names a wrong one is wrong too."""
    stored, countries = by_id(ctx), facts.sender_id_countries()
    was = Neighbours(stored)
    read = {each.record.line: tuple(each.problems) for each in found}
    suspects: Sequence[_Read] = found
    while suspects:
        good = [each for each in found if not each.problems and each.line is not None]
        after = stored | {
            each.line.sender_id: neighbour_of(each.line) for each in good if each.line
        }
        around, wrong = Neighbours(after), False
        for n, each in enumerate(suspects, 1):
            if n % _EVERY == 0:
                progress(n)
            if each.line is None:
                continue
            findings = sender_policy.check(draft_of(each.line), around, countries)
            old: tuple[Finding, ...] = ()
            if each.before is not None and sender_policy.errors(findings):
                old = sender_policy.check(draft_of(each.before), was, countries)
            each.warnings = [_problem(one) for one in findings if one.severity is Severity.WARNING]
            errors = [_problem(one) for one in sender_policy.errors(findings) if one not in old]
            before = len(each.problems)
            each.problems = list(dict.fromkeys((*read[each.record.line], *errors)))
            wrong = wrong or bool(each.problems) > bool(before)
        suspects = [
            each
            for each in good
            if wrong and each.line and (each.line.inbound_id or each.line.fallback_id)
        ]


_FIELDS = {
    "india.entity_id": "india_entity_id",
    "india.header": "india_header",
    "india.header_type": "india_header_type",
    "india.route": "india_route",
    "us.brand_id": "us_brand_id",
    "us.brand_state": "us_brand_state",
    "us.campaign_id": "us_campaign_id",
    "us.campaign_state": "us_campaign_state",
}


def _problem(finding: Finding) -> Problem:
    return Problem(_FIELDS.get(finding.field, finding.field), finding.title, finding.next_step)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# --- what stands around the lines -----------------------------------------------------------------------


class _Around:
    """The directory, accounts and holders, by the words with which a file names them."""

    def __init__(self, ctx: Context) -> None:
        self.holders: dict[UUID, tuple[Holder, ...]] = {}
        groups = senders.groups(ctx.tx)
        for row in senders.running_holdings(ctx.tx, ctx.now):
            holder = holder_of(row, groups)
            self.holders[row["sender_id"]] = (*self.holders.get(row["sender_id"], ()), holder)
        self._lines: dict[Any, SenderLine] = {}
        self.addresses: dict[UUID, str] = {}
        self.by_key: dict[tuple[Channel, str], UUID] = {}
        self._short_codes: dict[tuple[Channel, str], list[SenderLine]] = {}
        for stored in senders.listing(ctx.tx, retired=True):
            self._learn(line_of(stored, self.holders.get(stored["id"], ())))
        self.accounts: dict[str, list[UUID]] = {}
        self._account_names: dict[UUID, str] = {}
        self._learn_accounts(ctx)
        self.holder_names: dict[str, list[Holder]] = {}
        self._shown: dict[Holder, str] = {}
        self._learn_holders(ctx)

    @property
    def only_account(self) -> UUID | None:
        """Where there is but one, it is meant."""
        return next(iter(self._account_names)) if len(self._account_names) == 1 else None

    def known(
        self, channel: Channel, kind: SenderKind, address: str, country: str
    ) -> SenderLine | None:
        """The sender ID of the directory that a line means; a short code without a country is the
        only one there is."""
        if kind is SenderKind.SHORT_CODE and not country:
            some = self._short_codes.get((channel, address), ())
            return some[0] if len(some) == 1 else None
        found = self._lines.get(identity(channel, kind, address, country))
        if found is None and kind is SenderKind.SHORT_CODE:
            return self._lines.get(identity(channel, kind, address, ""))
        return found

    def cells(self, line: SenderLine) -> dict[str, str]:
        """A line as the file has it."""
        said = line.registration or Registration()
        india, us = said.india, said.us
        return {
            "address": line.address,
            "channel": line.channel.value,
            "kind": line.kind.value,
            "country": line.country,
            "label": line.label,
            "direction": line.direction.value,
            "purpose": line.purpose.value,
            "account": self._account_names.get(line.account_id, "") if line.account_id else "",
            "inbound": self.addresses.get(line.inbound_id, "") if line.inbound_id else "",
            "fallback": self.addresses.get(line.fallback_id, "") if line.fallback_id else "",
            "holders": " | ".join(sorted(self._shown.get(one, "") for one in line.holders or ())),
            "india_route": india.route.value if india else "",
            "india_entity_id": india.entity_id if india else "",
            "india_header": india.header if india else "",
            "india_header_type": india.header_type.value if india and india.header_type else "",
            "us_brand_id": us.brand_id if us else "",
            "us_brand_state": us.brand_state.value if us else "",
            "us_campaign_id": us.campaign_id if us else "",
            "us_campaign_state": us.campaign_state.value if us else "",
            "retired": "yes" if line.retired else "no",
        }

    def _learn(self, line: SenderLine) -> None:
        self._lines[identity(line.channel, line.kind, line.address, line.country)] = line
        self.addresses[line.sender_id] = line.address
        key = (line.channel, addresses.match_key(line.address))
        if not line.retired or key not in self.by_key:
            self.by_key[key] = line.sender_id
        if line.kind is SenderKind.SHORT_CODE:
            self._short_codes.setdefault((line.channel, line.address), []).append(line)

    def _learn_accounts(self, ctx: Context) -> None:
        listed = accounts.listing(ctx.tx)
        for row in listed:
            for word in {row["label"].casefold(), str(row["id"])}:
                self.accounts.setdefault(word, []).append(row["id"])
        for row in listed:
            alone = len(self.accounts[row["label"].casefold()]) == 1
            self._account_names[row["id"]] = row["label"] if alone else str(row["id"])

    def _learn_holders(self, ctx: Context) -> None:
        """Each by name where that names nobody else, else with its kind, else by id."""
        spelt: dict[Holder, tuple[str, ...]] = {Holder(HolderKind.ORGANISATION): ("everyone",)}
        for row in people.listing(ctx.tx):
            spelt[Holder(HolderKind.PERSON, row["id"])] = _spellings("person", row["name"])
        for id_, (name, kind) in senders.groups(ctx.tx).items():
            spelt[Holder(kind, id_)] = _spellings(kind, name)
        for id_, name in programs.names(ctx.tx).items():
            spelt[Holder(HolderKind.PROGRAM, id_)] = _spellings("program", name)
        for holder, words in spelt.items():
            for word in (*words, str(holder.id)):
                self.holder_names.setdefault(word.casefold(), []).append(holder)
        for holder, words in spelt.items():
            alone = (word for word in words if len(self.holder_names[word.casefold()]) == 1)
            self._shown[holder] = next(alone, str(holder.id))


def _spellings(kind: str, name: str) -> tuple[str, ...]:
    """A name that would part the cell is left to the id."""
    name = " ".join(name.split())
    return () if "|" in name or not name else (name, f"{kind}:{name}")
