"""The inbox filter as options, for every command that takes one: an option per field of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import click

from sms_desk.cli import ids
from sms_desk.cli.typed import as_name
from sms_desk.domain.errors import NotFoundError
from sms_desk.domain.inbox_filters import InboxFilter, Order, Scope, SourceFilter
from sms_desk.domain.model import Channel, TeamState
from sms_desk.services import directory, inbox, programs, senders
from sms_desk.services.desk import Desk
from sms_desk.services.rows import ViewRow

F = TypeVar("F", bound=Callable[..., Any])
Resolve = Callable[[Desk, str], Any]


class FilterOption(NamedTuple):
    """field: of InboxFilter. words: the values there are, None for a name, () for a flag."""

    field: str
    name: str
    help: str
    resolve: Resolve
    words: tuple[str, ...] | None = None


def find_tag(desk: Desk, name: str) -> UUID:
    found = desk.read(directory.find_tag, name)
    if found is None:
        raise NotFoundError(f"There is no tag “{name}”.", "Tags are made by sms-desk tag.")
    return found


def _yes(_desk: Desk, _text: str) -> bool:
    return True


def _text(_desk: Desk, text: str) -> str:
    return text


OPTIONS = (
    FilterOption("scope", "--scope", "Whose conversations.", lambda _, w: Scope(w), tuple(Scope)),
    FilterOption(
        "source",
        "--source",
        "What they answer.",
        lambda _, word: SourceFilter(word),
        tuple(SourceFilter),
    ),
    FilterOption(
        "program_id",
        "--program",
        "Answers to this campaign or service.",
        lambda desk, name: desk.read(programs.find, name),
    ),
    FilterOption(
        "channel", "--channel", "On this channel.", lambda _, word: Channel(word), tuple(Channel)
    ),
    FilterOption(
        "sender_id",
        "--sender",
        "With this sender ID: its address, label or id.",
        lambda desk, text: desk.read(senders.find, text),
    ),
    FilterOption(
        "state",
        "--state",
        "In this team state; open if not given.",
        lambda _, word: None if word == "any" else TeamState(word),
        (*TeamState, "any"),
    ),
    FilterOption("unread", "--unread", "With something unread by oneself.", _yes, ()),
    FilterOption("waiting", "--waiting", "With a customer waiting for an answer.", _yes, ()),
    FilterOption("nudge", "--nudge", "We spoke last, and the customer has been silent.", _yes, ()),
    FilterOption(
        "failed", "--failed", "With a message that failed, is held or not confirmed.", _yes, ()
    ),
    FilterOption("tag_id", "--tag", "With this tag.", find_tag),
    FilterOption("without_tag_id", "--not-tag", "Without this tag.", find_tag),
    FilterOption("owner_id", "--owner", "Of this person.", ids.person),
    FilterOption("pinned", "--pinned", "Pinned by oneself.", _yes, ()),
    FilterOption("text", "--text", "A contact's name or number, or words of a message.", _text),
    FilterOption(
        "order",
        "--order",
        "Newest message first, or longest waiting first.",
        lambda _, word: Order(word),
        tuple(Order),
    ),
)
_VIEW = "view"


class FilterWords:
    """The filter options of one call as they were typed; names become ids when a desk is there."""

    def __init__(self, typed: Mapping[str, Any]) -> None:
        self._typed = {name: value for name, value in typed.items() if value not in (None, False)}

    def __bool__(self) -> bool:
        return bool(self._typed)

    def resolve(self, desk: Desk) -> InboxFilter:
        """The filter: a view's if one was named, with the other options on top.

        Raises NotFoundError for a name that is not there.
        """
        name = self._typed.get(_VIEW)
        wanted = find_view(desk, name).filter if name else InboxFilter()
        values = {
            option.field: option.resolve(desk, self._typed[option.field])
            for option in OPTIONS
            if option.field in self._typed
        }
        return replace(wanted, **values)


def filter_options(function: F) -> F:
    """Add all filter options; the function is handed them as `filter_words`."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        names = [_VIEW, *(option.field for option in OPTIONS)]
        typed = {name: kwargs.pop(f"filter_{name}") for name in names}
        return function(*args, filter_words=FilterWords(typed), **kwargs)

    decorated: Any = call
    decorated = click.option(
        "--view", f"filter_{_VIEW}", metavar="NAME", help="Begin with this saved view."
    )(decorated)
    for option in reversed(OPTIONS):
        decorated = _click_option(option)(decorated)
    return decorated  # type: ignore[no-any-return]


def _click_option(option: FilterOption) -> Callable[[Any], Any]:
    attributes: dict[str, Any] = {"help": option.help}
    if option.words == ():
        attributes["is_flag"] = True
    elif option.words:
        attributes["type"] = click.Choice([str(word) for word in option.words])
    else:
        attributes["metavar"] = "TEXT" if option.field == "text" else "NAME"
    return click.option(option.name, f"filter_{option.field}", **attributes)


def find_view(desk: Desk, name: str) -> ViewRow:
    """A saved view by name in any case, one's own first, or by id. Raises NotFoundError."""
    views = sorted(desk.read(inbox.saved_views), key=lambda view: not view.mine)
    for view in views:
        if as_name(name).casefold() == view.name.casefold() or name == str(view.id):
            return view
    raise NotFoundError(f"There is no view “{name}”.", "See sms-desk view list.")
