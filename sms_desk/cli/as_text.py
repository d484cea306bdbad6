"""Answers in words: a table for rows, a few lines for the rest; hostile text made harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any, NamedTuple

from sms_desk.cli import answers
from sms_desk.cli.as_json import cursor_text
from sms_desk.cli.terminal import safe_line, safe_lines, table
from sms_desk.domain import inbox_filters
from sms_desk.domain.absence_times import last_whole_day
from sms_desk.domain.dlt import Deviation
from sms_desk.domain.model import Direction, OutboxState
from sms_desk.domain.outbox_words import STATE_NAMES, doubt_words
from sms_desk.domain.send_checks import said
from sms_desk.domain.send_later import place_name
from sms_desk.domain.wall_time import require_zone
from sms_desk.services import (
    advisor,
    dlt_texts,
    health,
    notices,
    opt_outs,
    reassignment,
    rows,
    scheduled,
    unplaced,
)

_NAME = 28
_TEXT = 60
_BODY = 4000
"""How much of a long text stands in the terminal; JSON gives all of it."""

_NO_TEXT = "(no text)"
"""It was blank, was taken away at the provider, or there is only a file."""

_DOUBTFUL = (OutboxState.IN_DOUBT, OutboxState.ASK)
_TROUBLES = {
    "failed": "not delivered",
    **{str(state): STATE_NAMES[state].lower() for state in (*_DOUBTFUL, OutboxState.HELD)},
}
"""What is wrong with the newest own message, as `rows.InboxRow.trouble` names it."""


@singledispatch
def lines(answer: object) -> Iterator[str]:
    """An answer as the lines of the terminal; a lone row is a table of one."""
    return table_of((answer,))


# --- pieces ---------------------------------------------------------------------------------------


def short(id_: object) -> str:
    """The end of an id: the part of a UUIDv7 that tells neighbours apart."""
    return str(id_)[-8:]


def when(at: datetime | None) -> str:
    """A time by this machine's clock."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M")


def until(end: datetime | None) -> str:
    """An absence's end by this machine's clock: the last day where it is whole (R23)."""
    if end is None:
        return "open"
    day = last_whole_day(end, end.astimezone().tzinfo or UTC)
    return when(end) if day is None else f"{day}"


def mark(flag: bool, word: str) -> str:
    return word if flag else ""


def words(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def who(name: str, peer: str) -> str:
    """A contact's name beside the number, for a name proves nothing."""
    return f"{safe_line(name, _NAME)} {peer}".strip()


# --- tables ---------------------------------------------------------------------------------------


class Column(NamedTuple):
    """A title, and the text of a row under it. limit: at most so many characters."""

    title: str
    text: Callable[[Any], str]
    limit: int = _NAME


COLUMNS: dict[type, Sequence[Column]] = {
    rows.InboxRow: (
        Column("ID", lambda row: short(row.id)),
        Column("LAST", lambda row: when(row.last_at)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("TO", lambda row: f"{row.channel} {row.sender_label}"),
        Column("OWNER", lambda row: row.owner_name or "nobody", 16),
        Column("STATE", lambda row: _conversation_state(row), 80),
        Column("LAST MESSAGE", lambda row: _snippet(row), _TEXT),
    ),
    rows.AccountRow: (
        Column("ID", lambda row: short(row.id)),
        Column("PROVIDER", lambda row: row.provider),
        Column("ACCOUNT", lambda row: row.sid, 40),
        Column("LABEL", lambda row: row.label),
        Column("LINE", lambda row: row.line.condition),
        Column("LAST SYNC", lambda row: when(row.line.last_sync_at)),
    ),
    unplaced.UnplacedRow: (
        Column("SEEN", lambda row: when(row.first_seen_at)),
        Column("ACCOUNT", lambda row: row.account),
        Column("MESSAGE", lambda row: row.provider_sid or "-", 40),
        Column("WHY", lambda row: row.why, 120),
    ),
    rows.LineState: (
        Column("ACCOUNT", lambda row: row.label or "-"),
        Column("LINE", lambda row: row.condition),
        Column("LAST SYNC", lambda row: when(row.last_sync_at)),
        Column("", lambda row: f"{row.title} {row.next_step}".strip(), 200),
    ),
    rows.OutboxRow: (
        Column("ID", lambda row: short(row.id)),
        Column("WRITTEN", lambda row: when(row.composed_at)),
        Column("TO", lambda row: who(row.contact_name, row.peer), 48),
        Column("FROM", lambda row: row.sender_label),
        Column("STATE", lambda row: STATE_NAMES[row.state]),
        Column("WHY", lambda row: row.reason_text or row.reason, _TEXT),
        Column("TEXT", lambda row: row.body, _TEXT),
    ),
    scheduled.ScheduledRow: (
        Column("ID", lambda row: short(row.id)),
        Column("DUE", lambda row: when(row.due_at)),
        Column("CLOCK", lambda row: _there(row), 32),
        Column("TO", lambda row: who(row.contact_name, row.peer), 48),
        Column("FROM", lambda row: row.sender_label),
        Column("BY", lambda row: row.author_name, 16),
        Column("STATE", lambda row: row.state),
        Column("TEXT", lambda row: row.body, _TEXT),
    ),
    opt_outs.OptOutRow: (
        Column("ID", lambda row: short(row.id)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("CHANNEL", lambda row: row.channel),
        Column("OF", lambda row: row.covers),
        Column("SINCE", lambda row: when(row.since)),
        Column("UNTIL", lambda row: when(row.until)),
        Column("LEARNT FROM", lambda row: row.learnt_from),
    ),
    opt_outs.OptOutRequestRow: (
        Column("ID", lambda row: short(row.id)),
        Column("SAID", lambda row: when(row.said_at)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("TO", lambda row: f"{row.channel} {row.sender}"),
        Column("DUE", lambda row: row.due),
        Column("DAYS LEFT", lambda row: str(row.days_left)),
        Column("STATE", lambda row: row.state),
        Column("TEXT", lambda row: row.body, _TEXT),
    ),
    dlt_texts.DltTemplateRow: (
        Column("ID", lambda row: short(row.id)),
        Column("NAME", lambda row: row.name),
        Column("NUMBER", lambda row: row.dlt_id),
        Column("ENTITY", lambda row: row.entity_id),
        Column("KIND", lambda row: row.kind),
        Column("FOR", lambda row: row.sender or "every header"),
        Column("STATE", lambda row: "retired" if row.retired else "in use"),
        Column("TEXT", lambda row: row.body, _TEXT),
    ),
    rows.SenderRow: (
        Column("ID", lambda row: short(row.id)),
        Column("CHANNEL", lambda row: row.channel),
        Column("SENDER", lambda row: row.display),
        Column("KIND", lambda row: row.kind.replace("_", " ")),
        Column("LABEL", lambda row: row.label),
        Column("DIRECTION", lambda row: row.direction),
        Column("HELD BY", lambda row: words(row.holders) or row.program_name or "nobody", 40),
        Column("ACCOUNT", lambda row: mark(row.retired, "retired") or row.account_label or "none"),
    ),
    advisor.FindingRow: (
        Column("SEVERITY", lambda row: mark(row.waived, "accepted") or row.severity),
        Column("FINDING", lambda row: row.title, 80),
        Column("RESTS ON", lambda row: "; ".join(row.based_on), 80),
        Column("DO", lambda row: row.remedy or row.next_step, 80),
        Column("KEY", lambda row: row.key, 200),
    ),
    health.HealthRow: (
        Column("HEALTH", lambda row: row.health),
        Column("CHANNEL", lambda row: row.channel),
        Column("SENDER", lambda row: row.name),
        Column("SENT", lambda row: f"{row.sent:,}"),
        Column("ARRIVED", lambda row: _percent(row.delivery_percent)),
        Column("FAILED", lambda row: f"{row.failed:,}"),
        Column("FILTERED", lambda row: f"{row.filtered:,}"),
        Column("OPT-OUTS", lambda row: _percent(row.opt_out_percent)),
        Column("WHY", lambda row: row.reason, 80),
        Column("FALLBACK", lambda row: row.fallback_name),
    ),
    health.ChangeRow: (
        Column("WHEN", lambda row: when(row.at)),
        Column("FROM", lambda row: row.before),
        Column("TO", lambda row: row.after),
        Column("BY", lambda row: row.by or "the figures"),
        Column("WHY", lambda row: row.reason, 120),
    ),
    answers.ServiceRow: (
        Column("ID", lambda row: short(row.id)),
        Column("PROVIDER'S ID", lambda row: row.provider_sid, 40),
        Column("NAME", lambda row: row.name),
    ),
    rows.ProgramRow: (
        Column("ID", lambda row: short(row.id)),
        Column("KIND", lambda row: row.kind),
        Column("NAME", lambda row: row.name),
        Column("WAITING", lambda row: str(row.waiting)),
        Column("DAYS", lambda row: str(row.attribution_days)),
        Column(
            "BOUND TO",
            lambda row: words(f"{b.target} [{short(b.id)}]" for b in row.bindings) or "nothing",
            120,
        ),
    ),
    rows.ViewRow: (
        Column("ID", lambda row: short(row.id)),
        Column("NAME", lambda row: row.name),
        Column("WAITING", lambda row: str(row.waiting)),
        Column("WHOSE", lambda row: "mine" if row.mine else "shared"),
        Column("FILTER", lambda row: _filter_words(row.filter), 120),
    ),
    rows.TemplateRow: (
        Column("ID", lambda row: short(row.id)),
        Column("KEYWORD", lambda row: f"/{row.keyword}" if row.keyword else ""),
        Column("NAME", lambda row: row.name),
        Column("CHANNEL", lambda row: row.channel or "any"),
        Column("TEXT", lambda row: row.body, _TEXT),
    ),
    rows.ContentTemplateRow: (
        Column("ID", lambda row: row.content_sid, 36),
        Column("NAME", lambda row: row.name),
        Column("LANGUAGE", lambda row: row.language, 12),
        Column("CATEGORY", lambda row: row.category.lower(), 16),
        Column("APPROVAL", lambda row: row.status),
        Column("TEXT", lambda row: row.body, _TEXT),
        Column("WHY NOT", lambda row: row.why_not, _TEXT),
    ),
    rows.TemplateListState: (
        Column("ACCOUNT", lambda row: row.account_label),
        Column("REFRESHED", lambda row: when(row.refreshed_at) or "never"),
        Column("PROBLEM", lambda row: row.problem, 120),
    ),
    rows.WindowRow: (
        Column("ID", lambda row: short(row.id)),
        Column("CLOSES", lambda row: when(row.closes_at)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("TO", lambda row: row.sender_label),
        Column("OWNER", lambda row: row.owner_name or "nobody", 16),
        Column("UNATTENDED", lambda row: _gap(row), 40),
        Column("WAITING SINCE", lambda row: when(row.waiting_since)),
        Column("LAST MESSAGE", lambda row: _snippet(row), _TEXT),
    ),
    rows.PersonRow: (
        Column("ID", lambda row: short(row.id)),
        Column("NAME", lambda row: row.name),
        Column("ROLE", lambda row: row.role),
        Column("ZONE", lambda row: row.zone),
        Column("", lambda row: mark(row.suspended, "suspended")),
    ),
    answers.GroupRow: (
        Column("ID", lambda row: short(row.id)),
        Column("NAME", lambda row: row.name),
        Column("MEMBERS", lambda row: words(row.members), 120),
    ),
    answers.SettingRow: (
        Column("NAME", lambda row: row.name),
        Column("VALUE", lambda row: str(row.value)),
        Column("SCOPE", lambda row: row.scope),
        Column("TAKES", lambda row: row.takes, _TEXT),
        Column("MEANING", lambda row: row.help, 120),
    ),
    notices.NoticeRow: (
        Column("ID", lambda row: short(row.id)),
        Column("WHEN", lambda row: when(row.at)),
        Column("TO", lambda row: row.person_name),
        Column("WAY", lambda row: "e-mail" if row.way == "email" else "screen"),
        Column("WHAT", lambda row: words((row.what, row.about)), 60),
        Column("STATE", lambda row: row.state_words, 80),
        Column("WHY", lambda row: row.why, 120),
    ),
    notices.NoticeTemplateRow: (
        Column("NAME", lambda row: row.name),
        Column("SUBJECT", lambda row: row.subject, 60),
        Column("HTML", lambda row: "yes" if row.html else "no"),
        Column("USED BY", lambda row: words(row.used_by) or "nobody", 80),
        Column("", lambda row: mark(row.retired, "retired")),
    ),
    reassignment.PersonLoad: (
        Column("PERSON", lambda row: row.name),
        Column("OPEN NOW", lambda row: f"{row.before:,}"),
        Column("THEN", lambda row: f"{row.after:,}"),
        Column("OF", lambda row: "" if row.capacity is None else f"{row.capacity:,}"),
        Column("GETS", lambda row: f"{row.given:,}"),
        Column("", lambda row: mark(row.absent, "away")),
    ),
    answers.Changed: (
        Column("DONE", lambda row: row.label, 120),
        Column("COMMAND", lambda row: str(row.command_id), 36),
    ),
    rows.OtherConversation: (
        Column("ID", lambda row: short(row.id)),
        Column("LAST", lambda row: when(row.last_at)),
        Column("TO", lambda row: f"{row.channel} {row.sender_label}"),
        Column("STATE", lambda row: row.team_state),
        Column("OWNER", lambda row: row.owner_name or "nobody"),
        Column("ANSWERS", lambda row: row.program_name or row.source.kind),
    ),
    rows.SenderChoice: (
        Column("", lambda row: "→" if row.proposed else ""),
        Column("SENDER", lambda row: row.sender.display),
        Column("LABEL", lambda row: row.sender.label),
        Column("MAY SEND", lambda row: "yes" if row.allowed else "no"),
        Column("WHY", lambda row: row.reason, 80),
    ),
    rows.ContactHit: (
        Column("CONVERSATION", lambda row: short(row.conversation_id)),
        Column("CONTACT", lambda row: row.name),
        Column("NUMBERS", lambda row: words(row.numbers), 80),
    ),
    rows.SearchHit: (
        Column("CONVERSATION", lambda row: short(row.conversation_id)),
        Column("WHEN", lambda row: when(row.at)),
        Column("CONTACT", lambda row: who(row.contact_name, row.peer), 48),
        Column("", lambda row: row.kind),
        Column("FOUND", lambda row: row.excerpt, 120),
    ),
    answers.Check: (
        Column("", lambda row: row.status),
        Column("CHECK", lambda row: row.name),
        Column("FOUND", lambda row: f"{row.detail} {row.next_step}".strip(), 400),
    ),
}


def table_of(found: Sequence[Any], otherwise: str = "Nothing.") -> Iterator[str]:
    if not found:
        yield otherwise
        return
    columns = COLUMNS[type(found[0])]
    cells = ([safe_line(column.text(row), column.limit) for column in columns] for row in found)
    yield from table([column.title for column in columns], cells)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1f} %"


def _conversation_state(row: rows.InboxRow) -> str:
    return words(
        (
            row.team_state,
            f"{row.unread} unread" if row.unread else "",
            f"waiting since {when(row.waiting_since)}" if row.waiting_since else "",
            f"late from {when(row.late_at)}" if row.late_at else "",
            _TROUBLES.get(row.trouble, row.trouble),
            mark(row.pinned, "pinned"),
            mark(row.muted, "muted"),
            *(f"#{tag}" for tag in row.tags),
        )
    )


def _snippet(row: rows.InboxRow | rows.WindowRow) -> str:
    return row.snippet or (_NO_TEXT if row.snippet_from is not None else "")


def _there(row: scheduled.ScheduledRow) -> str:
    """The time by the clock by which it was chosen, and where that hangs."""
    local = row.due_at.astimezone(require_zone(row.zone))
    return f"{local:%H:%M} in {place_name(row.zone)}"


def _filter_words(wanted: inbox_filters.InboxFilter) -> str:
    chosen = inbox_filters.to_json(wanted).items()
    return words(name if value is True else f"{name} {value}" for name, value in chosen) or "all"


# --- one function for each kind of answer ---------------------------------------------------------


@lines.register
def _rows(answer: answers.Rows) -> Iterator[str]:  # type: ignore[type-arg]
    yield from table_of(answer.rows)


@lines.register
def _count(answer: answers.Count) -> Iterator[str]:
    yield str(answer.count)


@lines.register
def changed_lines(answer: answers.Changed) -> Iterator[str]:
    yield safe_line(f"{answer.label}." if answer.label else "Done.")
    if answer.undoable:
        yield f"Take it back with: sms-desk undo {answer.command_id}"


@lines.register
def _inbox(answer: rows.InboxPage) -> Iterator[str]:
    yield from table_of(answer.rows, "No conversation matches.")
    if answer.next is not None:
        yield f"More with: --after {cursor_text(answer.next)}"


@lines.register
def _windows(answer: rows.WindowPage) -> Iterator[str]:
    yield from table_of(answer.rows, "No WhatsApp window is open.")
    if answer.next is not None:
        yield f"More with: --after {cursor_text(answer.next)}"


def _gap(row: rows.WindowRow) -> str:
    if row.gap is None:
        return ""
    back = f", back {when(row.back_at)}" if row.back_at else ""
    return f"{row.gap.replace('_', ' ')}{back}"


@lines.register
def _content_templates(answer: answers.ContentTemplates) -> Iterator[str]:
    yield from table_of(answer.rows, "No account lists a WhatsApp template.")
    yield ""
    yield from table_of(answer.lists)


@lines.register
def _thread(answer: answers.Thread) -> Iterator[str]:
    row = answer.conversation.row
    yield f"{who(row.contact_name, row.peer)} on {row.channel}, to {safe_line(row.sender_label)}"
    yield safe_line(
        f"{_conversation_state(row)}; owner: {row.owner_name or 'nobody'};"
        f" answers: {row.program_name or row.source.kind}"
    )
    if not answer.conversation.answerable:
        yield f"Cannot be answered: {answer.conversation.unanswerable_reason}"
    if answer.conversation.opted_out_scope:
        yield f"Opted out ({answer.conversation.opted_out_scope.replace('_', ' ')})."
    if answer.older is not None:
        yield f"Older with: --before {answer.older}"
    for item in answer.items:
        yield from _item(item)


def _item(item: rows.ThreadItem) -> Iterator[str]:
    yield ""
    yield safe_line(f"{when(item.at)}  {_heading(item)}")
    body = safe_lines(item.body[:_BODY]) if item.body else []
    if item.kind is rows.ItemKind.MESSAGE and not (body or item.attachments):
        body = [_NO_TEXT]
    yield from (f"    {line}" for line in body)
    if len(item.body) > _BODY:
        yield f"    … and {len(item.body) - _BODY:,} characters more"
    for file in item.attachments:
        yield f"    [{safe_line(file.content_type)}, {file.state}]"


def _heading(item: rows.ThreadItem) -> str:
    match item.kind:
        case rows.ItemKind.NOTE:
            return f"note by {item.author_name}"
        case rows.ItemKind.EVENT:
            return f"{item.event.replace('_', ' ')} by {item.author_name or 'the desk'}"
    if item.direction is Direction.INBOUND:
        return words(("contact", mark(item.late, "arrived late"), item.keyword))
    author = item.author_name or item.program_name or (item.origin or "us")
    pending = item.outbox_state if item.kind is rows.ItemKind.PENDING else None
    if pending is not None:
        state = STATE_NAMES[pending].lower()
    else:
        state = item.status_text or item.status or ""
    trouble = f"{item.error_title} {item.error_step}".strip() or item.reason
    if pending in _DOUBTFUL:
        trouble = doubt_words(item.reason)
    return words((author, state.replace("_", " "), trouble))


@lines.register
def _explanation(answer: answers.Explanation) -> Iterator[str]:
    yield f"To {safe_line(answer.peer)}: {answer.encoding}, {answer.units} units, {_parts(answer)}."
    if answer.unicode:
        yield f"Outside the GSM alphabet: {safe_line(' '.join(answer.unicode))}"
    if not answer.answerable:
        yield f"Cannot be sent: {answer.unanswerable_reason}"
    for finding in answer.findings:
        sign = "It would be held" if finding.holds else "Note"
        yield f"{sign}: {safe_line(finding.title)} {safe_line(finding.next_step)}".rstrip()
    if answer.window_closes_at is not None:
        yield f"The WhatsApp window closes at {when(answer.window_closes_at)}."
    yield from table_of(answer.senders)


def _parts(answer: answers.Explanation | answers.Preview) -> str:
    return "1 part" if answer.parts == 1 else f"{answer.parts} parts"


@lines.register
def _contact(answer: answers.ContactCard) -> Iterator[str]:
    yield safe_line(answer.name) or "(no name)"
    yield f"Numbers: {words(map(safe_line, answer.numbers))}"
    yield f"Owner: {safe_line(answer.owner_name) or 'nobody'}"
    yield f"Contact: {answer.id}"
    yield from table_of(answer.conversations)


@lines.register
def _found(answer: rows.SearchResult) -> Iterator[str]:
    if answer.contacts:
        yield from table_of(answer.contacts)
        yield ""
    yield from table_of(answer.hits, "No message or note matches.")
    if answer.more:
        yield f"More with: --before {answer.hits[-1].position}"


@lines.register
def _synced(answer: answers.Synced) -> Iterator[str]:
    if answer.elsewhere:
        yield "Another process of this workspace syncs; it was asked to look now."
    elif answer.changed:
        yield words(f"{count} × {kind.replace('_', ' ')}" for kind, count in answer.changed.items())
    else:
        yield "Nothing new."
    if answer.lines:  # a desk of a team has none
        yield from table_of(answer.lines)


@lines.register
def _preview(answer: answers.Preview) -> Iterator[str]:
    yield from safe_lines(answer.text)
    yield ""
    yield f"{answer.encoding}, {answer.units} units, {_parts(answer)}."


@lines.register
def _comparison(answer: dlt_texts.Comparison) -> Iterator[str]:
    if answer.template_id is None:
        yield "No text is registered."
    elif answer.fits:
        yield f"It fits “{safe_line(answer.name)}” ({answer.dlt_id})."
    else:
        there = Deviation(
            answer.character, answer.expected, answer.found, answer.variable, answer.too_long
        )
        yield f"Not “{safe_line(answer.name)}” ({answer.dlt_id}): {safe_line(said(there))}"


@lines.register
def _letter(answer: answers.LetterPreview) -> Iterator[str]:
    yield f"Subject: {safe_line(answer.subject)}"
    yield ""
    yield from safe_lines(answer.text)
    if answer.html:
        yield ""
        yield f"and {len(answer.html):,} characters of HTML: see --json."


@lines.register
def _mail_tested(answer: answers.MailTested) -> Iterator[str]:
    yield f"The server took a letter to {safe_line(answer.to)}."


@lines.register
def _password_kept(answer: answers.PasswordKept) -> Iterator[str]:
    yield "The password is kept." if answer.kept else "No password is kept."


@lines.register
def _message(answer: rows.OutboxRow) -> Iterator[str]:
    """One message: below its row why it stands so, whole, and what to do."""
    yield from table_of((answer,))
    why = answer.reason_text or answer.reason
    if answer.next_step or len(why) > _TEXT:
        yield safe_line(f"{why} {answer.next_step}".rstrip())


@lines.register
def _tested(answer: answers.Tested) -> Iterator[str]:
    yield f"It works: {answer.sender_ids} sender IDs, {answer.services} Messaging Services."
    if answer.unlisted:
        yield f"Not listed for this key: {words(answer.unlisted)}. Add them by sms-desk senders add."
    if answer.unanswered:
        yield f"No answer now about: {words(answer.unanswered)}. The desk asks again by itself."


@lines.register
def _serving(answer: answers.Serving) -> Iterator[str]:
    yield f"Base URL:    {answer.base_url}"
    yield f"Account SID: {answer.account_sid}"
    yield f"Auth token:  {answer.auth_token}"


@lines.register
def _fallback(answer: health.FallbackPreview) -> Iterator[str]:
    if answer.problem:
        yield f"{answer.problem} {answer.next_step}"
        return
    yield f"{answer.sender_name} → {answer.fallback_name}"
    yield f"Conversations: {answer.conversations:,}, of which {answer.waiting:,} wait"
    yield f"Messages that move along: {answer.held:,} held, {answer.scheduled:,} scheduled"
    yield f"Contacts who opted out, and stay so: {answer.opted_out:,}"


@lines.register
def _health(answer: answers.Health) -> Iterator[str]:
    yield from table_of(answer.checks)


@lines.register
def _recovery_key(answer: answers.RecoveryKey) -> Iterator[str]:
    yield answer.recovery_key


@lines.register
def _restored(_answer: answers.Restored) -> Iterator[str]:
    yield "The keyring has the key of the workspace again."


@lines.register
def _removed(answer: answers.Removed) -> Iterator[str]:
    verb = "Removed" if answer.removed else "There was nothing in"
    yield safe_line(f"{verb} {answer.folder}")


@lines.register
def _reassignment(answer: reassignment.Preview) -> Iterator[str]:
    yield (
        f"{answer.count:,} would move: {answer.open:,} open ({answer.waiting:,} waiting), "
        f"{answer.snoozed:,} snoozed, {answer.closed:,} closed. {answer.unchanged:,} stay."
    )
    for sender in answer.senders:
        yield safe_line(f"Sender ID {sender.label} to {', '.join(sender.to)}.")
    yield ""
    yield from table_of(answer.loads)
    for warning in answer.warnings:
        yield safe_line(warning.text)
