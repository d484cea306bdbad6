"""Why something came to whom, and what if, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from sms_desk.cli.as_text import lines
from sms_desk.cli.terminal import safe_line
from sms_desk.services.why_here import Explained


@lines.register
def _explained(answer: Explained) -> Iterator[str]:
    yield safe_line(answer.sentence, 400)
    for each in answer.details:
        yield safe_line(f"  {each.name}: {each.text}", 400)
