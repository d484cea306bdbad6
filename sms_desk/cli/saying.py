"""What a message says: a text from the line or stdin, or an approved WhatsApp template (R42)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import click

from sms_desk.cli.typed import text_or_stdin
from sms_desk.domain import content_templates as rules
from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.services import content_templates
from sms_desk.services.desk import Desk

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Said:
    """body: as the contact will read it. content_sid: None for free text."""

    body: str
    content_sid: str | None = None
    variables: tuple[tuple[str, str], ...] = ()


class SayingWords:
    """What was typed to say it."""

    def __init__(self, text: str | None, template: str | None, pairs: tuple[str, ...]) -> None:
        if (text is None) == (template is None):
            raise UsageError(
                "Give a TEXT or a --template, one of the two.", "TEXT may be - for stdin."
            )
        if pairs and template is None:
            raise UsageError("--var fills the blanks of a --template.", "Name the template.")
        self._text = text
        self._template = template
        self._pairs = tuple(map(_pair, pairs))

    def said(self, desk: Desk, sender_id: UUID) -> Said:
        """Raises NotFoundError for an unknown template, UsageError for a blank without a value."""
        if self._template is None:
            return Said(text_or_stdin(self._text or ""))
        row = desk.read(content_templates.find, sender_id, self._template)
        values = rules.checked(row.variables, dict(self._pairs))
        return Said(rules.fill(row.body, values), row.content_sid, tuple(values.items()))


def saying_options(function: F) -> F:
    """Add TEXT, --template and --var; handed over as `saying`."""

    @functools.wraps(function)
    def call(
        *args: Any, text: str | None, template: str | None, pairs: tuple[str, ...], **kwargs: Any
    ) -> Any:
        return function(*args, saying=SayingWords(text, template, pairs), **kwargs)

    for option in (
        click.option(
            "--var",
            "pairs",
            multiple=True,
            metavar="NAME=VALUE",
            help="Fill a blank of the template. May be repeated.",
        ),
        click.option(
            "--template",
            metavar="NAME",
            help="An approved WhatsApp template instead of TEXT; NAME/LANGUAGE where several have it.",
        ),
        click.argument("text", required=False),
    ):
        option(call)
    return call  # type: ignore[return-value]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"“{text}” fills no blank.", "Write it as in --var 1=Ann.")
    return name.strip().strip("{}"), value
