"""docs/cli.md is compared with reality: every command, option, key and exit code (design §11)."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from sms_desk.cli import answers, reference
from sms_desk.cli.as_text import COLUMNS
from sms_desk.cli.filters import OPTIONS
from sms_desk.cli.framework import global_options
from sms_desk.cli.root import ENTRIES, root
from sms_desk.domain import errors
from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.providers.sandbox import Fault, FaultKind
from sms_desk.providers.sandbox.control import ORDERS

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
HEAD, _, _ = DOCS.partition(reference.MARK)


def family(kind: type[DeskError] = DeskError) -> list[type[DeskError]]:
    """An error and all that derive from it in the domain."""
    return [kind, *(found for sub in kind.__subclasses__() for found in family(sub))]


def test_the_reference_is_what_the_commands_say() -> None:
    assert HEAD + reference.text() == DOCS, "run python -m sms_desk.cli.reference docs/cli.md"


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", HEAD)}
    raised = {kind.exit_code for kind in family() if kind.__module__ == errors.__name__}
    assert told == raised | {0, 130}


def test_every_code_of_an_error_is_told() -> None:
    from sms_desk.cli.running import error_keys

    line = next(line for line in HEAD.splitlines() if line.startswith("| `code` |"))
    codes = {
        error_keys(kind("title"))["code"] for kind in family() if kind.__module__ == errors.__name__
    }
    assert set(re.findall(r"`([a-z_]+)`", line)) - {"code"} == codes
    keys = set(re.findall(r"(?m)^\| `(\w+)` \|", HEAD))
    assert keys == set(error_keys(DeskError("title")))


def test_every_global_option_is_told() -> None:
    for option in global_options():
        assert f"`{option.opts[0]}" in HEAD


def test_every_order_to_the_sandbox_is_told() -> None:
    told = set(re.findall(r"(?m)^\| `(\w+) /_sandbox(\S+)` \|", HEAD))
    assert told == {(method, path) for method, path, _ in ORDERS}
    (line,) = [line for line in HEAD.splitlines() if "`POST /_sandbox/faults`" in line]
    words = set(re.findall(r"`([a-z_]+)`", line))
    assert words == {*FaultKind, *(field.name for field in fields(Fault))}


def test_every_field_of_the_filter_has_an_option() -> None:
    assert [option.field for option in OPTIONS] == [field.name for field in fields(InboxFilter)]


def test_every_row_of_a_list_has_columns() -> None:
    forms = [
        form for _, command in reference.commands() for form in reference.answer_forms(command)
    ]
    rows = {
        inside
        for form in forms
        if getattr(form, "__origin__", None) is answers.Rows
        for inside in form.__args__
    }
    assert rows <= set(COLUMNS)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_short_help_is_the_commands_own(name: str) -> None:
    """The list of commands is shown without loading them; each has words of its own."""
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.name == name
    assert command.help
    assert ENTRIES[name].help.endswith(".")


def test_every_command_and_option_has_help() -> None:
    for path, command in reference.commands():
        assert command.help, path
        for param in command.own_params:
            if isinstance(param, click.Option) and param.opts != ["--help"]:
                assert param.help, (path, param.opts)
