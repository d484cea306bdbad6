"""One program, its figures and its tests, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import COLUMNS, Column, lines, short, when, words
from sms_desk.cli.terminal import safe_line, table
from sms_desk.domain.model import SourceReason
from sms_desk.domain.programs import Lack
from sms_desk.services import rows

LACKS = {
    Lack.NOTHING_BOUND: "Nothing is bound to it: no message counts as its own.",
    Lack.INBOUND: "It writes from a sender ID that receives nothing and has no inbound number.",
    Lack.INSTRUCTION: "It writes from a sender ID that receives nothing and does not say how to"
    " reply.",
    Lack.AUTO_REPLY: "It takes no replies and has no auto-responder that says so.",
}
_WHY = {
    SourceReason.MESSAGING_SERVICE: "the Messaging Service is bound to it",
    SourceReason.DEDICATED: "the sender ID is dedicated to it",
    SourceReason.PATTERN: "the text fits its pattern",
}

COLUMNS[rows.SenderFigures] = (
    Column("CHANNEL", lambda row: row.channel),
    Column("SENDER", lambda row: row.display),
    Column("SENT", lambda row: str(row.sent)),
    Column("DELIVERED", lambda row: _of(row.delivered, row.delivery_rate)),
    Column("FAILED", lambda row: str(row.failed)),
    Column("CONTACTS", lambda row: str(row.reached)),
    Column("REPLIED", lambda row: _of(row.replied, row.reply_rate)),
    Column("COMPLAINTS", lambda row: _of(row.complaints, row.complaint_rate)),
    Column("OPT-OUTS", lambda row: _of(row.opt_outs, row.opt_out_rate)),
    Column("AUTO-REPLIES", lambda row: str(row.auto_replies)),
)


@lines.register
def _program(row: rows.ProgramRow) -> Iterator[str]:
    state = " (retired)" if row.retired else ""
    yield safe_line(f"{row.name}, {row.kind}{state} [{short(row.id)}]")
    yield f"An answer counts for {row.attribution_days} days; {row.waiting} waiting."
    if row.starts_at or row.ends_at:
        yield f"From {when(row.starts_at) or 'always'} until {when(row.ends_at) or 'always'}."
    yield "Takes replies." if row.takes_replies else "Takes no replies."
    if row.reply_instruction:
        yield safe_line(f"How to reply: {row.reply_instruction}", 400)
    if row.auto_reply and not row.takes_replies:
        yield safe_line(f"Auto-responder: {row.auto_reply}", 400)
        yield "It answers while a desk or a connector runs, once a person in 24 hours."
    for binding in row.bindings:
        yield safe_line(f"Recognised by {binding.kind} {binding.target} [{short(binding.id)}]", 200)
    for sender in row.senders:
        inbound = f", answers arrive at {sender.inbound}" if sender.inbound else ""
        yield safe_line(f"Writes from {sender.display} ({sender.purpose}){inbound}", 200)
    for lack in row.lacks:
        yield f"Missing: {LACKS[lack]}"


@lines.register
def _figures(answer: rows.ProgramFigures) -> Iterator[str]:
    since = f"since {when(answer.since)}" if answer.since else "since the beginning"
    yield safe_line(f"{answer.name}, {since}; {answer.waiting} waiting now.")
    if not answer.senders:
        yield "It sent nothing in this time."
        return
    columns = COLUMNS[rows.SenderFigures]
    cells = ([column.text(row) for column in columns] for row in answer.senders)
    yield from table([column.title for column in columns], cells)


@lines.register
def _tested(answer: rows.TextTest) -> Iterator[str]:
    if answer.program_id is None:
        yield "It would belong to no program."
    else:
        yield safe_line(f"It would belong to {answer.program_name}: {_WHY[answer.reason]}.", 200)
    if len(answer.patterns) > 1:
        yield safe_line(f"Patterns of several programs fit: {words(answer.patterns)}.", 400)


@lines.register
def _preview(answer: rows.BindingPreview) -> Iterator[str]:
    yield f"{answer.messages:,} stored messages in {answer.conversations:,} conversations."
    if not answer.complete:
        yield f"Only the newest {answer.looked_at:,} were looked at."


def _of(count: int, rate: float | None) -> str:
    return str(count) if rate is None else f"{count} ({rate:.1%})"
