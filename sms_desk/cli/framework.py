"""What all commands share: global options everywhere, modules loaded when called, one way out.

A command's function returns its answer, a frozen dataclass; nobody but `Command` prints it. Its
return annotation is the answer's form, from which docs/cli.md is written.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import click
from typing_extensions import override

from sms_desk.cli.invocation import Invocation
from sms_desk.domain.errors import DeskError
from sms_desk.settings.logs import LEVELS

if TYPE_CHECKING:  # both load the store, which `segments` and `--help` never need
    from sms_desk.bootstrap import Session
    from sms_desk.services.desk import Desk

P = ParamSpec("P")
T = TypeVar("T")


# --- global options -------------------------------------------------------------------------------


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep a global option wherever it stands; the one nearest to the end wins."""
    if value is not None and value is not False:  # 0 is a number
        assert param.name is not None
        setattr(ctx.find_object(Invocation), param.name, value)


def _global_option(*names: str, **attributes: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_remember, **attributes)


def global_options() -> list[click.Option]:
    """Fresh ones: each command has its own, so that they may stand before and after its name."""
    return [
        _global_option("--json", is_flag=True, help="Answer in JSON: one object on stdout."),
        _global_option(
            "--home",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="FOLDER",
            help="The folder of all files; SMS_DESK_HOME does the same.",
        ),
        _global_option(
            "--as",
            "as_person",
            metavar="PERSON",
            help="Who acts, by name or id; oneself if not given.",
        ),
        _global_option("--demo", is_flag=True, help="The demo workspace instead of one's own."),
        _global_option(
            "--passphrase-fd",
            type=click.IntRange(min=0),
            metavar="N",
            help="Where there is no keyring: read the passphrase from this file descriptor.",
        ),
        _global_option(
            "--wait",
            type=click.IntRange(min=0),
            metavar="SECONDS",
            help="At a team's desk: how long to wait for the answer to what only the workspace can do."
            " 5 if not given; 0: not at all.",
        ),
        _global_option(
            "--log-level",
            type=click.Choice(LEVELS),
            help="What to log on stderr; ids only, never texts or numbers.",
        ),
    ]


class _WithGlobalOptions(click.Command):
    """Adds the global options, and lists them apart in the help."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        own = {param.name for param in self.params}
        self.global_options = [option for option in global_options() if option.name not in own]
        self.params.extend(self.global_options)

    @property
    def own_params(self) -> list[click.Parameter]:
        return [param for param in self.params if param not in self.global_options]

    @override
    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shared = set(map(id, self.global_options))
        own = [param for param in self.get_params(ctx) if id(param) not in shared]
        for title, params in (("Options", own), ("Global options", self.global_options)):
            records = [param.get_help_record(ctx) for param in params]
            rows = [record for record in records if record is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


# --- ways out -----------------------------------------------------------------------------------


class Unsettled(Exception):
    """An error that leaves something behind: with JSON, the answer's keys stand beside it.

    shown: without JSON, too, the answer is printed, before the error.
    """

    def __init__(self, error: DeskError, answer: object, *, shown: bool = False) -> None:
        super().__init__(error.title)
        self.error = error
        self.answer = answer
        self.shown = shown


# --- commands and groups --------------------------------------------------------------------------


class Command(_WithGlobalOptions):
    """A command whose answer is printed here, in words or in JSON."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        answer = super().invoke(ctx)
        if answer is not None:
            found = ctx.find_object(Invocation)
            assert found is not None
            found.say(answer)
        return answer


class Group(_WithGlobalOptions, click.Group):
    """Commands about one noun."""

    command_class = Command
    group_class = type


class Entry(NamedTuple):
    """Where a command of the first level is, and its help in the list, without loading it."""

    module: str
    attribute: str
    help: str


class LazyGroup(Group):
    """A group that imports a command's module when it is called."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.entries = entries

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        found = getattr(import_module(entry.module), entry.attribute)
        assert isinstance(found, click.Command)
        return found

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:
    """As `click.command`, of this kind."""
    return click.command(name, cls=Command, **attributes)


def group(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], Group]:
    """As `click.group`, of this kind."""
    return click.group(name, cls=Group, **attributes)


# --- what a command is handed ---------------------------------------------------------------------


def with_session(function: Callable[Concatenate[Session, P], T]) -> Callable[P, T]:
    """The open workspace as first argument."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(_invocation().session, *args, **kwargs)

    return call


def with_desk(function: Callable[Concatenate[Desk, P], T]) -> Callable[P, T]:
    """The desk of the open workspace as first argument."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(_invocation().session.desk, *args, **kwargs)

    return call


def with_invocation(function: Callable[Concatenate[Invocation, P], T]) -> Callable[P, T]:
    """The call itself as first argument, for what needs no open workspace."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(_invocation(), *args, **kwargs)

    return call


def _invocation() -> Invocation:
    found = click.get_current_context().find_object(Invocation)
    assert found is not None
    return found
