"""Sender IDs, their holders and what imports change, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, changed_lines, lines, mark, table_of, when, words
from sms_desk.cli.sender_files import Exported, Imported, ProviderImported
from sms_desk.cli.terminal import safe_line
from sms_desk.domain.compliance import SenderIdCountry
from sms_desk.services.holdings import HoldingRow
from sms_desk.services.sender_csv import LineReport, Outcome
from sms_desk.services.sender_detail import SenderDetail, SenderFinding
from sms_desk.services.sender_import import ProviderLine

_MOST = 200
"""Lines of a file that stand in the terminal; JSON gives all of them."""

COLUMNS[HoldingRow] = (
    Column("HOLDER", lambda row: row.name or "everyone"),
    Column("KIND", lambda row: row.kind),
    Column("SINCE", lambda row: when(row.since)),
    Column("UNTIL", lambda row: when(row.until) or "open"),
    Column("RULE", lambda row: words((_rule(row), row.rule_name)), 40),
    Column("NOTICE", lambda row: row.notice or ""),
    Column("WHY", lambda row: row.reason, 60),
    Column("", lambda row: mark(not row.running, "ended")),
)
COLUMNS[SenderFinding] = (
    Column("SENDER", lambda row: row.display),
    Column("", lambda row: row.severity),
    Column("FIELD", lambda row: row.field),
    Column("FOUND", lambda row: f"{row.title} {row.next_step}".strip(), 200),
    Column("SOURCE", lambda row: row.source, 80),
)
COLUMNS[LineReport] = (
    Column("LINE", lambda row: str(row.line)),
    Column("ADDRESS", lambda row: row.address),
    Column("", lambda row: row.outcome),
    Column("WHAT", lambda row: _told(row), 400),
)
COLUMNS[ProviderLine] = (
    Column("", lambda row: "→" if row.proposed else ""),
    Column("", lambda row: row.change),
    Column("ADDRESS", lambda row: row.address),
    Column("KIND", lambda row: row.kind.replace("_", " ")),
    Column("WHAT", lambda row: _differs(row), 300),
)


def _rule(row: HoldingRow) -> str:
    return row.rule.replace("_", " ") if row.rule else ""


def _told(row: LineReport) -> str:
    if row.problems:
        return words(
            f"{each.field}: {each.message} {each.next_step}".strip() for each in row.problems
        )
    changes = (
        f"{each.field}: {each.before or '-'} → {each.after or '-'}" for each in row.differences
    )
    advice = (f"({each.field}: {each.message})" for each in row.warnings)
    return words((*changes, *advice))


def _differs(row: ProviderLine) -> str:
    changes = (
        f"{each.field}: {each.before or '-'} → {each.after or '-'}" for each in row.differences
    )
    return words((row.label, *changes, *(each.message for each in row.problems)))


@lines.register
def _imported(answer: Imported) -> Iterator[str]:
    shown = [row for row in answer.lines if row.outcome is not Outcome.UNCHANGED]
    if shown:
        yield from table_of(shown[:_MOST])
    if len(shown) > _MOST:
        yield f"… and {len(shown) - _MOST:,} lines more"
    counts = (
        (answer.added, "added"),
        (answer.changed, "changed"),
        (answer.unchanged, "unchanged"),
        (answer.errors, "wrong"),
    )
    yield words(f"{count:,} {word}" for count, word in counts)
    if answer.changed_by is not None:
        yield from changed_lines(answer.changed_by)
    elif answer.dry_run:
        yield "A dry run: nothing was changed."


@lines.register
def _exported(answer: Exported) -> Iterator[str]:
    yield safe_line(f"Wrote {answer.rows:,} sender IDs to {answer.file}.", 400)


@lines.register
def _provided(answer: ProviderImported) -> Iterator[str]:
    if answer.preview.lines:
        yield from table_of(answer.preview.lines)
    yield f"{answer.preview.same:,} as the provider lists them."
    if answer.preview.unlisted:
        yield safe_line(f"Not listed for this key: {words(answer.preview.unlisted)}.", 400)
    if answer.preview.unanswered:
        unanswered = words(answer.preview.unanswered)
        yield safe_line(f"No answer now about: {unanswered}. Try again later.", 400)
    if answer.changed_by is not None:
        yield from changed_lines(answer.changed_by)
    elif answer.preview.lines:
        yield "Nothing was changed: --apply takes what is marked →, --also another one."


@lines.register
def _detail(answer: SenderDetail) -> Iterator[str]:
    row = answer.row
    yield safe_line(" · ".join(filter(None, (row.display, row.label))), 120)
    facts = (
        ("Kind", row.kind.replace("_", " ")),
        ("Channel", row.channel),
        ("Country", row.country),
        ("Direction", row.direction),
        ("Purpose", row.purpose),
        ("Health", words((row.health, row.health_reason))),
        ("Account", row.account_label or "none"),
        ("Program", row.program_name),
        ("Replies", answer.inbound),
        ("Fallback", answer.fallback),
        ("Registered", {None: "", True: "yes", False: "no"}[row.registered]),
        ("", mark(row.retired, "retired")),
    )
    yield from (safe_line(f"{name:11}{text}", 200) for name, text in facts if text)
    yield ""
    yield from table_of(answer.holdings, "Nobody holds it.")
    if answer.country is not None:
        yield ""
        yield from (safe_line(line, 400) for line in _country(answer.country))
    if answer.findings:
        yield ""
    for each in answer.findings:
        yield safe_line(
            f"{each.severity}, {each.field}: {each.title} {each.next_step}".strip(), 400
        )


def _country(country: SenderIdCountry) -> Iterator[str]:
    yield f"{country.name}, as {country.provider} says ({country.as_of}):"
    yield (
        f"  names {country.alphanumeric}, two-way long codes {country.two_way_long_code},"
        f" short codes {country.short_code}"
    )
    yield f"  {country.source}"
    if country.second_source:
        differs = " It differs." if country.sources_disagree else ""
        yield f"  Twilio, 2017: names {country.second_alphanumeric}.{differs} {country.second_source}"
    if country.note:
        yield f"  {country.note}"
