"""What a person reads names no rule of ours: numbers such as R17 are for code, tests and commits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sms_desk.cli.root import root

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"\b(?:R|G[A-Z])\d{1,2}\b")
SOURCES = sorted((ROOT / "sms_desk").rglob("*.py"))


def said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings that are no docstrings and no comments on a name."""
    nodes = list(ast.walk(tree))
    bare = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.lineno, node.value


def test_no_text_of_the_program_names_a_rule() -> None:
    assert SOURCES
    guilty = [
        f"{source.relative_to(ROOT)}:{line}: {words}"
        for source in SOURCES
        if NUMBER.search(text := source.read_text("utf-8"))
        for line, words in said(ast.parse(text))
        if NUMBER.search(words)
    ]
    assert not guilty, "\n".join(guilty)


def test_a_rule_in_a_text_is_found() -> None:
    tree = ast.parse('"""About R1."""\nsay("Stays (R1).")')
    assert [line for line, text in said(tree) if NUMBER.search(text)] == [2]


def helps(command: click.Command) -> Iterator[str]:
    yield command.help or ""
    for option in command.params:
        yield getattr(option, "help", None) or ""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            if found is not None:
                yield from helps(found)


def test_no_help_names_a_rule() -> None:
    assert [text for text in helps(root) if NUMBER.search(text)] == []


@pytest.mark.parametrize("page", ["README.md", "docs/manual.md", "docs/cli.md"])
def test_no_page_for_people_names_a_rule(page: str) -> None:
    assert NUMBER.findall((ROOT / page).read_text("utf-8")) == []
