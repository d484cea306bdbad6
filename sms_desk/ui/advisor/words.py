"""Findings in words and signs: never colour alone."""

from __future__ import annotations

from sms_desk.domain.advisor import Severity
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.plain_text import display_name, isolate, preview
from sms_desk.services.advisor import FindingRow
from sms_desk.ui.advisor.reading import Advice
from sms_desk.ui.widgets.text import Tone
from sms_desk.ui.widgets.times import clock_words
from sms_desk.ui.widgets.words import tr

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class SeveritySign:
    icon: str
    tone: Tone
    word: str
    several: str


def sign_of(severity: Severity) -> SeveritySign:
    return {
        Severity.PROBLEM: SeveritySign(
            "circle-x", "error", tr("advisor", "Problem"), tr("advisor", "Problems")
        ),
        Severity.WARNING: SeveritySign(
            "triangle-alert", "nudge", tr("advisor", "Warning"), tr("advisor", "Warnings")
        ),
        Severity.ADVICE: SeveritySign(
            "info", "accent", tr("advisor", "Advice"), tr("advisor", "Advice")
        ),
    }[severity]


def title_of(row: FindingRow) -> str:
    return preview(row.title, _LONGEST)


def rests_on(row: FindingRow) -> str:
    """The facts on one line."""
    return " · ".join(preview(fact, 120) for fact in row.based_on)


def accepted_words(row: FindingRow, advice: Advice) -> str:
    """Who accepted it, and when."""
    if row.waived_at is None:
        return ""
    when = clock_words(row.waived_at, advice.at, advice.zone)
    said = tr("advisor", "Accepted as it is by {who}, {when}")
    who = isolate(display_name(row.waived_by) or tr("advisor", "somebody"))
    return said.replace("{who}", who).replace("{when}", when)


def matches(row: FindingRow, advice: Advice, typed: str) -> bool:
    """Whether what was typed stands in its words or in the names that it concerns."""
    wanted = typed.casefold().split()
    names = (subject.name for subject in advice.subjects_of(row))
    text = " ".join((row.title, row.explanation, row.next_step, *row.based_on, *names)).casefold()
    return all(word in text for word in wanted)


def spoken(row: FindingRow) -> str:
    """For those who listen."""
    accepted = tr("advisor", "accepted as it is") if row.waived else ""
    parts = (sign_of(row.severity).word, title_of(row), rests_on(row), accepted)
    return ". ".join(filter(None, parts))
