"""What the dialog of a reassignment says, as values: nothing here paints."""

from __future__ import annotations

from sms_desk.domain.plain_text import display_name, isolate
from sms_desk.services.reassignment import Preview, ReassignWarning, WarningCode
from sms_desk.ui.widgets.words import tr as translated


def tr(text: str, n: int = -1) -> str:
    return translated("reassign", text, n)


def name_of(name: str) -> str:
    """A person inside a sentence of ours: one line, its direction its own."""
    return isolate(display_name(name, 40) or tr("Unnamed"))


def conversations(count: int) -> str:
    if count == 1:
        return tr("1 conversation")
    return tr("{n} conversations").replace("{n}", f"{count:,}")


def action_words(found: Preview | None) -> str:
    """What the one primary button does."""
    if found is None:
        return tr("Reassign")
    if found.count or not found.senders:
        return tr("Reassign {what}").replace("{what}", conversations(found.count))
    return tr("Reassign %n sender ID(s)", len(found.senders))


def count_lines(found: Preview) -> tuple[str, ...]:
    """What moves, what stays, and what goes along."""
    if not found.count:
        lines = [tr("No conversation gets another owner.")]
    else:
        states = [
            (found.open, tr("{n} open")),
            (found.snoozed, tr("{n} snoozed")),
            (found.closed, tr("{n} closed")),
        ]
        parts = ", ".join(words.replace("{n}", f"{n:,}") for n, words in states if n)
        moves = (
            tr("{what} get another owner") if found.count > 1 else tr("{what} gets another owner")
        )
        lines = [f"{moves.replace('{what}', conversations(found.count))}: {parts}."]
    if found.waiting:
        words = tr("A customer waits in {n} of them.")
        lines.append(words.replace("{n}", f"{found.waiting:,}"))
    if found.unchanged:
        words = tr("{n} stay with who has them.") if found.unchanged > 1 else tr("{n} stays.")
        lines.append(words.replace("{n}", f"{found.unchanged:,}"))
    for sender in found.senders:
        to = ", ".join(name_of(one) for one in sender.to[:3])
        if len(sender.to) > 3:
            to += f" +{len(sender.to) - 3}"
        words = tr("{sender} is held by {names} from then on.")
        label = isolate(display_name(sender.label, 40))
        lines.append(words.replace("{names}", to).replace("{sender}", label))
    return tuple(lines)


def warning_words(found: ReassignWarning) -> str:
    name, number = name_of(found.name), f"{found.number:,}"
    return (
        {
            WarningCode.ABSENT: tr("{name} is away now: whoever covers them answers."),
            WarningCode.FULL: tr("{name} would have {n} more open than fill a desk."),
            WarningCode.UNNAMED: tr("{n} that no share names stay where they are."),
            WarningCode.QUEUED: tr("Messages that wait to be sent are held until looked at: {n}."),
        }[found.code]
        .replace("{n}", number)
        .replace("{name}", name)
    )
