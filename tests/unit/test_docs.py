"""README and docs beside what they describe: links, commands, and every word of a closed list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from sms_desk.cli.root import root
from sms_desk.domain import search_query
from sms_desk.domain.commands import SaveProgram
from sms_desk.domain.inbox_filters import Scope
from sms_desk.domain.model import DeliveryStatus, OutboxState
from sms_desk.settings import registry

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
MANUAL = (ROOT / "docs" / "manual.md").read_text("utf-8")
COMMANDS = ROOT / "sms_desk" / "ui" / "window" / "command_list.py"
CODE = re.compile(r"```.*?```|`[^`\n]*`|^ {4}[^\n]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ONE_COMMAND = re.compile(
    r'\(\s*"(\w+)",\s*tr\("commands", "([^"]+)"\)(.*?)(?=\n {8}\w+\(|\n {4}\))', re.S
)


def anchors(text: str) -> set[str]:
    """The places that a page's headings make, as GitHub names them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def links(page: Path) -> Iterator[str]:
    return iter(LINK.findall(CODE.sub("", page.read_text("utf-8"))))


def broken(page: Path) -> Iterator[str]:
    """Links of a page that lead to nothing in this repository; those to the web are not asked."""
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        text = target.read_text("utf-8") if target.suffix == ".md" and target.is_file() else ""
        if not target.exists() or (anchor and anchor not in anchors(text)):
            yield link


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](#one) [b](#two) [c](gone.md) [d](page.md) `[e](gone.md)`", "utf-8")
    assert list(broken(page)) == ["#two", "gone.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def test_readme_names_targets_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("text", [README, MANUAL], ids=["README", "manual"])
def test_commands_that_are_named_exist_with_their_options(text: str) -> None:
    spoken = re.findall(r"sms-desk ((?:[a-z-]+)[^`\n]*)", text)
    assert spoken
    for line in spoken:
        command: click.Command = root
        for word in line.split():
            if not isinstance(command, click.Group):
                break
            found = command.get_command(click.Context(command), word)
            assert found is not None, line
            command = found
        known = {option for each in command.params for option in each.opts}
        known |= {"--demo", "--json"}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", line)) <= known, line


@pytest.mark.parametrize("state", [*DeliveryStatus, *OutboxState])
def test_the_manual_tells_every_state(state: str) -> None:
    assert f"| `{state}` |" in MANUAL


@pytest.mark.parametrize("scope", Scope)
def test_the_manual_tells_every_scope(scope: str) -> None:
    assert f"| {scope.capitalize()} |" in MANUAL


def test_the_manual_tells_every_operator_of_the_search() -> None:
    words = {f"`{name}:`" for name in search_query.OPERATORS}
    values = {*search_query.Has, *search_query.Is}
    assert {word for word in words if word not in MANUAL} == set()
    assert {value for value in values if not re.search(rf"\b{value}\b", MANUAL)} == set()


def test_the_manual_tells_every_command_of_the_window_with_its_keys() -> None:
    """The list is read as source: this test has no window, and no Qt."""
    found = ONE_COMMAND.findall(COMMANDS.read_text("utf-8"))
    assert len(found) == len(re.findall(r'tr\("commands", "', COMMANDS.read_text("utf-8")))
    for _id, title, rest in found:
        given = re.search(r"keys=\(([^)]*)\)", rest)
        keys = re.findall(r'"([^"]+)"', given[1]) if given else []
        cell = " ".join(f"`{key}`" for key in keys)
        assert re.search(rf"\| {re.escape(cell)} ?\| {re.escape(title)} \|", MANUAL), title


def test_pictures_are_small_and_shown() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    shown = {Path(link).name for page in PAGES for link in links(page)}
    assert 0 < len(pictures) <= 4
    assert {picture.name for picture in pictures} <= shown
    assert max(picture.stat().st_size for picture in pictures) < 300_000


def test_settings_that_the_manual_quotes_have_these_defaults() -> None:
    """Numbers in prose go stale unseen."""
    assert registry.get("waiting_minutes").default == 30
    assert next(f.default for f in fields(SaveProgram) if f.name == "attribution_days") == 30
    assert "red after 30 minutes" in MANUAL
    assert "(30 days if you say nothing)" in MANUAL
