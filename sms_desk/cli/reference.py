"""The second half of docs/cli.md, written from the commands themselves and the answers' fields.

`python -m sms_desk.cli.reference docs/cli.md` brings the file up to date; a test compares.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import click

from sms_desk.cli.as_json import POSITIONS
from sms_desk.cli.framework import Command
from sms_desk.cli.root import root
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.services.rows import Cursor

MARK = "<!-- From here on: written by python -m sms_desk.cli.reference docs/cli.md -->"


def main() -> None:
    """Rewrite what stands below the mark in the file that is named."""
    path = Path(sys.argv[1])
    head = path.read_text("utf-8").partition(MARK)[0]
    path.write_text(head + text(), "utf-8")


def text() -> str:
    """The mark and all that stands below it."""
    parts = [MARK, "", "## Commands", ""]
    answers: list[Any] = []
    for path, command in commands():
        parts += _command(path, command)
        answers += [form for form in answer_forms(command) if form not in answers]
    parts += ["## Answers", ""]
    for form in _with_parts(answers):
        parts += _form(form)
    return "\n".join(parts).rstrip() + "\n"


def commands() -> Iterator[tuple[str, Command]]:
    """Every command with its whole name, in the order of the help."""
    ctx = click.Context(root)
    for name in root.list_commands(ctx):
        found = root.get_command(ctx, name)
        if isinstance(found, click.Group):
            for inner, command in found.commands.items():
                assert isinstance(command, Command)
                yield f"{name} {inner}", command
        else:
            assert isinstance(found, Command)
            yield name, found


# --- a command ------------------------------------------------------------------------------------


def _command(path: str, command: Command) -> Iterator[str]:
    arguments = [param for param in command.own_params if isinstance(param, click.Argument)]
    usage = " ".join(("sms-desk", path, *map(_argument, arguments)))
    yield f"### {path}"
    yield ""
    yield f"`{usage}`"
    yield ""
    yield inspect.cleandoc(command.help or "")
    if command.epilog:
        yield from ("", command.epilog)
    yield ""
    options = [param for param in command.own_params if isinstance(param, click.Option)]
    yield from map(_option, options)
    if options:
        yield ""
    forms = " or ".join(f"[{_title(form)}](#{_anchor(form)})" for form in answer_forms(command))
    yield f"Answers {forms}." if forms else "It answers nothing in JSON of its own."
    yield ""


def _argument(param: click.Argument) -> str:
    return param.make_metavar(click.Context(root))


def _option(param: click.Option) -> str:
    value = ""
    if not param.is_flag:
        words = getattr(param.type, "choices", None)
        value = f" {'|'.join(words) if words else param.metavar or 'N'}"
    default = (
        "" if param.is_flag or param.default in (None, "") or param.required else param.default
    )
    notes = (
        "; required" if param.required else f"; {default} if not given" if _shown(default) else ""
    )
    return f"- `{param.opts[-1]}{value}`: {(param.help or 'as its name says').rstrip('.')}{notes}"


def _shown(default: Any) -> bool:
    return isinstance(default, str | int) and default != ""


# --- an answer ------------------------------------------------------------------------------------


def answer_forms(command: Command) -> list[Any]:
    """The forms that a command may answer in: what its function says that it returns."""
    hint = get_type_hints(command.callback).get("return") if command.callback else None
    return [form for form in alternatives(hint) if form is not type(None)]


def alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)


def keys_of(form: Any) -> dict[str, Any]:
    """Key → hint of an answer's form, in order."""
    cls = get_origin(form) or form
    hints = get_type_hints(cls)
    given = dict(zip(getattr(cls, "__parameters__", ()), get_args(form), strict=False))
    return {field.name: _filled(hints[field.name], given) for field in fields(cls)}


def _filled(hint: Any, given: Mapping[Any, Any]) -> Any:
    """A hint with its type variables replaced; they stand alone or in a tuple."""
    if isinstance(hint, TypeVar):
        return given[hint]
    if get_origin(hint) is tuple and isinstance(get_args(hint)[0], TypeVar):
        return tuple[given[get_args(hint)[0]], ...]  # type: ignore[misc]
    return hint


def _with_parts(forms: list[Any]) -> list[Any]:
    """The forms and all that stand inside them, each once."""
    found: list[Any] = []
    waiting = list(forms)
    while waiting:
        form = waiting.pop(0)
        if form not in found:
            found.append(form)
            waiting += [part for hint in keys_of(form).values() for part in _inside(hint)]
    return sorted(found, key=_title)


def _inside(hint: Any) -> Iterator[Any]:
    if is_dataclass(get_origin(hint) or hint):
        if hint not in (Cursor, InboxFilter):
            yield hint
        return
    for part in get_args(hint):
        yield from _inside(part)


def _form(form: Any) -> Iterator[str]:
    yield f"### {_title(form)}"
    yield ""
    words = inspect.cleandoc((get_origin(form) or form).__doc__ or "")
    if words and not words.startswith(f"{(get_origin(form) or form).__name__}("):
        yield from (words, "")
    yield "| key | value |"
    yield "|---|---|"
    for name, hint in keys_of(form).items():
        yield f"| `{name}` | {_value(name, hint)} |"
    yield ""


def _title(form: Any) -> str:
    inside = get_args(form)
    return f"{get_origin(form).__name__} of {inside[0].__name__}" if inside else form.__name__


def _anchor(form: Any) -> str:
    return _title(form).lower().replace(" ", "-")


def _value(name: str, hint: Any) -> str:
    if type(None) in alternatives(hint):
        (rest,) = (part for part in alternatives(hint) if part is not type(None))
        return f"{_value(name, rest)}, or null"
    if name in POSITIONS:
        return "position"
    return _type(hint)


_PLAIN = {
    UUID: "id",
    str: "text",
    int: "number",
    float: "number with a fraction",
    bool: "true or false",
    datetime: "time",
    Cursor: "text, for `--after`",
    InboxFilter: "object: the filter options by name, only those that differ from the default",
    object: "any",
    Any: "any",
}


def _type(hint: Any) -> str:
    hint = getattr(hint, "__supertype__", hint)  # a NewType is what it wraps
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{word}`" for word in hint)
    if is_dataclass(get_origin(hint) or hint):
        return f"[{_title(hint)}](#{_anchor(hint)})"
    if type(None) in alternatives(hint):
        (rest,) = (part for part in alternatives(hint) if part is not type(None))
        return f"{_type(rest)} or null"
    inside = get_args(hint)
    if get_origin(hint) is dict:
        return "object" if inside[1] is Any else f"object: {_type(inside[0])} → {_type(inside[1])}"
    if inside[-1] is Ellipsis:
        return f"list: {_type(inside[0])}"
    return f"list of {len(inside)}: {'; '.join(map(_type, inside))}"


if __name__ == "__main__":
    main()
