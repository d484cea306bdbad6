"""Which conversations a command means: those named, or all that match the filter options (R50)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sms_desk.cli import ids
from sms_desk.cli.answers import Changed, Count
from sms_desk.cli.filters import FilterWords, filter_options
from sms_desk.domain.commands import Command, Targets
from sms_desk.domain.errors import UsageError
from sms_desk.services import inbox
from sms_desk.services.desk import Desk
from sms_desk.services.handlers.targets import resolve

F = TypeVar("F", bound=Callable[..., Any])


class TargetWords:
    """What was typed to say which; `dry_run`: only count them."""

    def __init__(
        self, texts: tuple[str, ...], filter_words: FilterWords, *, matching: bool, dry_run: bool
    ) -> None:
        if matching == bool(texts):
            raise UsageError(
                "Name conversations, or say --matching with filter options; one of the two.",
                "--matching alone means all that are open.",
            )
        if filter_words and not matching:
            raise UsageError("Filter options choose nothing without --matching.", "Add --matching.")
        self._texts = texts
        self._filter_words = filter_words
        self.dry_run = dry_run

    def resolve(self, desk: Desk) -> Targets:
        if self._texts:
            return Targets(tuple(dict.fromkeys(ids.conversations(desk, self._texts))))
        return Targets(matching=self._filter_words.resolve(desk))


def target_options(function: F) -> F:
    """Add IDs, --matching, --dry-run and all filter options; handed over as `target_words`."""

    @functools.wraps(function)
    def call(
        *args: Any,
        conversation_ids: tuple[str, ...],
        matching: bool,
        dry_run: bool,
        filter_words: FilterWords,
        **kwargs: Any,
    ) -> Any:
        target_words = TargetWords(
            conversation_ids, filter_words, matching=matching, dry_run=dry_run
        )
        return function(*args, target_words=target_words, **kwargs)

    for option in (
        click.option(
            "--dry-run", is_flag=True, help="Only count the conversations; change nothing."
        ),
        click.option(
            "--matching", is_flag=True, help="All that match the filter options, not named ones."
        ),
        click.argument("conversation_ids", metavar="[ID]...", nargs=-1),
    ):
        option(call)
    return filter_options(call)  # type: ignore[return-value]


def change_targets(
    desk: Desk, words: TargetWords, make: Callable[[Targets], Command]
) -> Changed | Count:
    """Run the command on its targets, or count them."""
    targets = words.resolve(desk)
    if words.dry_run:
        return Count(how_many(desk, targets))
    return Changed.of(desk.change(make(targets)))


def how_many(desk: Desk, targets: Targets) -> int:
    """The conversations that are meant. Raises NotFoundError for one that may not be seen."""
    if targets.matching is not None:
        return desk.read(inbox.count, targets.matching)
    return len(desk.read(resolve, targets))
