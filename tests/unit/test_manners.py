"""Reads the source for what no linter knows: hostile text, one door to the network, no addresses.

Text that comes from outside may not reach a widget that guesses rich text (GY6), so the calls
that guess live in `sms_desk/ui/widgets/` alone. Each rule first catches a bad snippet here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sms_desk"
LOCKS = sorted((ROOT / "packaging").glob("*.lock"))

# Names that may not be mentioned outside the wrapper package, however they are reached.
WRAPPED_NAMES = {
    "QMessageBox",
    "QTextBrowser",
    "QToolTip",
    "setHtml",
    "setToolTip",
    "setWhatsThis",
    "showMessage",
    "openUrl",
    "getSaveFileName",
    "selectFile",
}
NETWORK_MODULES = {"requests", "urllib"}
NO_NETWORK = {"urllib.parse"}  # takes addresses apart and opens nothing


class Finding(NamedTuple):
    """Where a rule is broken, and the word that breaks it."""

    line: int
    word: str


Rule = Callable[[ast.AST], Iterator[Finding]]


class Manner(NamedTuple):
    """A rule, the files that it does not hold for, and the words of which a file must hold one to
    break it: no other file needs to be parsed."""

    rule: Rule
    exempt: Callable[[str], bool]
    words: frozenset[str]


def wrapped_widgets(node: ast.AST) -> Iterator[Finding]:
    """`QLabel(…)`, and any mention of the names that show rich text or open links."""
    if isinstance(node, ast.Call) and name_of(node.func) == "QLabel":
        yield Finding(node.lineno, "QLabel(")
    if isinstance(node, ast.Attribute | ast.Name) and name_of(node) in WRAPPED_NAMES:
        yield Finding(node.lineno, name_of(node))
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name in WRAPPED_NAMES:
                yield Finding(node.lineno, alias.name)


def network(node: ast.AST) -> Iterator[Finding]:
    """Any import of requests or urllib; `urllib.parse` opens nothing and may stay."""
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        modules = [node.module]
        if node.module in NETWORK_MODULES:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
    for module in modules:
        if module.partition(".")[0] in NETWORK_MODULES and module not in NO_NETWORK:
            yield Finding(getattr(node, "lineno", 0), module)


def format_of_stored_text(node: ast.AST) -> Iterator[Finding]:
    """`.format(` on text that is not ours: what is stored may hold `{x.__class__}`."""
    if not isinstance(node, ast.Module | ast.FunctionDef):
        return
    ours = names_of_our_text(node)
    for call in statements_of(node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in {"format", "format_map"} and not is_our_text(call.func.value, ours):
            yield Finding(call.lineno, f".{call.func.attr}(")


def is_our_text(node: ast.expr, ours: frozenset[str] = frozenset()) -> bool:
    """A literal, its translation, a constant of a module (in capitals), or a name of such."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, str)
        case ast.Call(func=function):
            return name_of(function) in {"tr", "translate"}
        case ast.IfExp(body=body, orelse=orelse):
            return is_our_text(body, ours) and is_our_text(orelse, ours)
        case ast.Subscript(value=table):
            return is_our_text(table, ours)
        case ast.Name(id=name) if name in ours:
            return True
        case ast.Name() | ast.Attribute():
            return name_of(node).isupper()
    return False


def names_of_our_text(scope: ast.Module | ast.FunctionDef) -> frozenset[str]:
    """Local names that are only ever given text of ours, by plain assignment."""
    stored: Counter[str] = Counter()
    ours: Counter[str] = Counter()
    for node in statements_of(scope):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                stored[name] += 1
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_our_text(value):
                ours[name] += 1
    return frozenset(name for name, times in ours.items() if times == stored[name])


def statements_of(scope: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a module or function, without those of the functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from statements_of(child)


def name_of(node: ast.AST) -> str:
    """The last name of `a.b.c` or of a plain name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


MANNERS = {
    "widgets that guess rich text": Manner(
        wrapped_widgets,
        lambda path: path.startswith("sms_desk/ui/widgets/"),
        frozenset({*WRAPPED_NAMES, "QLabel"}),
    ),
    "one door to the network": Manner(
        network,
        lambda path: path == "sms_desk/providers/http.py",
        frozenset(NETWORK_MODULES),
    ),
    "format of stored text": Manner(
        format_of_stored_text,
        lambda path: Path(path).stem in {"template", "templates"},
        frozenset({"format"}),
    ),
}

BAD = [
    ("widgets that guess rich text", "QLabel(name)"),
    ("widgets that guess rich text", "QtWidgets.QLabel(name)"),
    ("widgets that guess rich text", "QMessageBox.warning(self, title, text)"),
    ("widgets that guess rich text", "from PySide6.QtWidgets import QMessageBox"),
    ("widgets that guess rich text", "view = QTextBrowser()"),
    ("widgets that guess rich text", "button.setToolTip(text)"),
    ("widgets that guess rich text", "show = button.setToolTip"),
    ("widgets that guess rich text", "edit.setHtml(text)"),
    ("widgets that guess rich text", "edit.setWhatsThis(text)"),
    ("widgets that guess rich text", "bar.showMessage(text)"),
    ("widgets that guess rich text", "QDesktopServices.openUrl(url)"),
    ("widgets that guess rich text", "QFileDialog.getSaveFileName(self, title, name)"),
    ("one door to the network", "import requests"),
    ("one door to the network", "from requests import get"),
    ("one door to the network", "import urllib.request"),
    ("one door to the network", "from urllib import request"),
    ("one door to the network", "def late():\n    from urllib.request import urlopen"),
    ("format of stored text", "template.body.format(name=name)"),
    ("format of stored text", "row['body'].format_map(values)"),
    ("format of stored text", "def f(text):\n    return text.format(n=1)"),
    (
        "format of stored text",
        "def f():\n    text = tr('a')\n    text = row.body\n    text.format()",
    ),
    ("format of stored text", "for text in texts:\n    text.format()"),
    ("format of stored text", "class A:\n    def f(self):\n        self.body.format(n=1)"),
]

GOOD = [
    "label: QLabel = plain_label(name)",
    "from PySide6.QtWidgets import QLabel",
    "from urllib.parse import urlsplit",
    "from urllib import parse",
    "'{} of {}'.format(1, 2)",
    "self.tr('{n} messages').format(n=2)",
    "text = tr('a') if one else tr('b')\nsaid = text.format(n=2)",
    "TEXTS[code].format(name=name)",
    "format(3, '+.1f')",
]


@pytest.mark.parametrize(("name", "snippet"), BAD)
def test_a_rule_catches_a_bad_snippet(name: str, snippet: str) -> None:
    manner = MANNERS[name]
    assert list(findings(manner.rule, snippet))
    assert any(word in snippet for word in manner.words)


@pytest.mark.parametrize("snippet", GOOD)
def test_no_rule_catches_a_good_snippet(snippet: str) -> None:
    for manner in MANNERS.values():
        assert not list(findings(manner.rule, snippet))


@pytest.mark.parametrize("name", MANNERS)
def test_the_source_keeps_its_manners(name: str) -> None:
    rule, exempt, words = MANNERS[name]
    broken = [
        f"{path}:{found.line}: {found.word}"
        for path, text in sources()
        if not exempt(path) and any(word in text for word in words)
        for found in findings(rule, text)
    ]
    assert not broken, "\n".join(broken)


def findings(rule: Rule, source: str) -> Iterator[Finding]:
    """All that a rule finds in a piece of source."""
    for node in ast.walk(ast.parse(source)):
        yield from rule(node)


def sources() -> Iterator[tuple[str, str]]:
    """Path from the root and text of every module of the program."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


# Screens ----------------------------------------------------------------------------------------

# Packages of ui that are no screen: what all of them share, and what puts them together.
NO_SCREEN = {"theme", "widgets", "team", "window", "shell", "app"}


def screen_of(module: str) -> str:
    """The screen that a dotted name lies in (`inbox` of `sms_desk.ui.inbox.view`), or nothing."""
    parts = module.split(".")
    if parts[:2] != ["sms_desk", "ui"] or len(parts) < 3 or parts[2] in NO_SCREEN:
        return ""
    return parts[2] if (PACKAGE / "ui" / parts[2]).is_dir() else ""


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, lazily or for types as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def foreign_screens(screen: str, source: str) -> list[tuple[int, str]]:
    """Imports in a file of `screen` that reach into another one."""
    return [found for found in imported(source) if screen_of(found[1]) not in {"", screen}]


def test_a_screen_that_imports_another_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.unit.test_manners.PACKAGE", tmp_path)
    for name in ("inbox", "thread", "widgets"):
        (tmp_path / "ui" / name).mkdir(parents=True)
    assert foreign_screens("thread", "def late():\n    from sms_desk.ui import inbox")
    assert foreign_screens("thread", "import sms_desk.ui.inbox.model")
    assert not foreign_screens("thread", "from sms_desk.ui.thread import view")
    assert not foreign_screens("thread", "from sms_desk.ui.widgets.text import plain_label")
    assert not foreign_screens("thread", "from sms_desk.ui.bus import Bus")


def test_screens_never_import_each_other() -> None:
    broken = [
        f"{path}:{line}: {module}"
        for path, text in sources()
        if (screen := screen_of(path.removesuffix(".py").replace("/", ".")))
        for line, module in foreign_screens(screen, text)
    ]
    assert not broken, "\n".join(broken)


# Nothing of this machine in the tracked files ---------------------------------------------------


# Folders that any machine has tell nothing, and texts may speak of them.
EVERYDAY = {
    "/",
    "/app",
    "/build",
    "/builds",
    "/code",
    "/home",
    "/mnt",
    "/opt",
    "/repo",
    "/src",
    "/srv",
    "/tmp",
    "/usr",
    "/var",
}


def machine_paths() -> list[Path]:
    """The checkout, the folder above it and the home folder, where they are telling enough."""
    return [path for path in (ROOT, ROOT.parent, Path.home()) if str(path) not in EVERYDAY]


def mentions(text: str, folder: Path) -> bool:
    """Whether `text` names something in `folder`, and not in one whose name ends the same."""
    return re.search(rf"(?<![\w.~/-]){re.escape(str(folder))}/", text) is not None


def tracked_files() -> list[Path]:
    """What git tracks here; in an unpacked archive, all that is not made by make."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
        return [path for path in paths if path.is_file()]
    made = {".venv", ".stamps", "tour", "build", "dist", "node_modules"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not (made & set(path.relative_to(ROOT).parts))
    ]


def test_a_machine_path_is_recognised() -> None:
    folder = Path("/", "nowhere", "at-all")
    assert mentions(f'"{folder}/x.txt"', folder)
    assert not mentions(f"docs{folder}/x.txt and {folder}-else/x.txt", folder)


@pytest.mark.parametrize("place", machine_paths())
def test_no_tracked_file_names_a_place_of_this_machine(place: Path) -> None:
    guilty = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if mentions(path.read_bytes().decode("utf-8", errors="replace"), place)
    ]
    assert not guilty


# The locks ------------------------------------------------------------------------------------

ADDRESS = re.compile(
    r"://|file:|\s@\s|--(?:extra-)?index-url|--find-links|--trusted-host|(?<!\w)\.?/\w"
)


@pytest.mark.parametrize(
    "line", ["a @ file:///x/a.whl", "--index-url https://x.example", "-e ./a", "--find-links /x"]
)
def test_an_address_in_a_lock_is_recognised(line: str) -> None:
    assert ADDRESS.search(line)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_hold_versions_and_hashes_and_no_address(lock: Path) -> None:
    lines = lock.read_text().splitlines()
    assert not [line for line in lines if ADDRESS.search(line)]
    pin = re.compile(
        r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert not [line for line in lines if line and not pin.fullmatch(line)]


def test_locks_pin_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-test.lock": project["dependencies"]
        + project["optional-dependencies"]["test"],
    }
    assert set(wanted) == {lock.name for lock in LOCKS}
    for lock in LOCKS:
        pins = pinned(lock.read_text())
        stale = {pin for pin in map(normalised, wanted[lock.name]) if pin not in pins}
        assert not stale, f"{lock.name}: run `make lock`"


def test_what_runs_is_what_is_tested() -> None:
    to_test, to_run = (pinned(lock.read_text()) for lock in LOCKS)
    assert to_run < to_test


def pinned(lock: str) -> set[str]:
    """`name==version` of every pin of a lock."""
    return {normalised(line) for line in lock.splitlines() if "==" in line}


def normalised(requirement: str) -> str:
    """`name==version` without extras, in the one spelling of names."""
    name, _, version = requirement.partition("==")
    return re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower() + "==" + version.split()[0]
