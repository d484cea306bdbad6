"""Each import contract of pyproject.toml is broken once on purpose, and must be seen to fail.

The contracts are read from the real file and judged over a skeleton of the package: empty modules
with the names of the house, one of them with a bad import.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LAYERS = next(c["layers"] for c in CONTRACTS["contracts"] if c["type"] == "layers")
MODULES = [
    *(name.strip(" ()") for layer in LAYERS for name in layer.split("|")),
    "providers.base",
    "providers.catalogue",
    "providers.http",
    "providers.sandbox",
    "providers.twilio",
    "store.engine",
    "ui.inbox",
    "ui.widgets",
]

DOWN = "Imports point down"
QT = "Only ui imports Qt"
STORE = "Only the store imports SQLAlchemy, alembic and SQLCipher"
REQUESTS = "Only providers.http imports requests"
DOMAIN = "The domain knows the standard library, phonenumbers and regex"
PROVIDERS = "Providers never import each other"

LAZY = "def late() -> None:\n    {}\n"
TYPE_ONLY = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}\n"

# Contract, module, what it should not say.
BREAKS = [
    (DOWN, "domain", "import sms_desk.settings"),
    (DOWN, "store", "import sms_desk.services"),
    (DOWN, "store", "import sms_desk.providers"),
    (DOWN, "notify", "import sms_desk.store"),
    (DOWN, "services", "import sms_desk.sync"),
    (DOWN, "bootstrap", "import sms_desk.ui"),
    (DOWN, "cli", "import sms_desk.ui"),
    (DOWN, "services", LAZY.format("import sms_desk.bootstrap")),
    (DOWN, "services", TYPE_ONLY.format("import sms_desk.bootstrap")),
    (DOWN, "unplanned", ""),
    (QT, "services", "from PySide6 import QtCore"),
    (QT, "cli", LAZY.format("from PySide6.QtCore import QObject")),
    (QT, "__main__", "import PySide6"),
    (QT, "bootstrap", "import shiboken6"),
    (STORE, "services", "import sqlalchemy"),
    (STORE, "services", TYPE_ONLY.format("from sqlalchemy.engine import Connection")),
    (STORE, "ui", "import sqlite3"),
    (STORE, "settings", "from sqlcipher3 import dbapi2"),
    (STORE, "sync", LAZY.format("import alembic.command")),
    (REQUESTS, "providers.twilio", "import requests"),
    (REQUESTS, "services", LAZY.format("from requests import get")),
    (DOMAIN, "domain", "import logging"),
    (DOMAIN, "domain", "import os.path"),
    (DOMAIN, "domain", "import keyring"),
    (PROVIDERS, "providers.twilio", "import sms_desk.providers.sandbox"),
    (PROVIDERS, "providers.sandbox", "from sms_desk.providers import twilio"),
    (PROVIDERS, "providers.sandbox", "import sms_desk.providers.catalogue"),
    (PROVIDERS, "providers.base", "import sms_desk.providers.twilio"),
]

ALLOWED = {
    "__main__": "import sms_desk.cli, sms_desk.ui",
    "ui": "import sms_desk.bootstrap, PySide6",
    "ui.inbox": "import shiboken6, sms_desk.ui.widgets\nfrom PySide6 import QtWidgets",
    "cli": "import sms_desk.bootstrap, sms_desk.services",
    "bootstrap": "import sms_desk.store, sms_desk.providers.catalogue, sms_desk.sync",
    "services": "import sms_desk.store.engine",
    "store.engine": "import sqlalchemy, alembic, sqlite3\nfrom sqlcipher3 import dbapi2",
    "providers.catalogue": "import sms_desk.providers.twilio, sms_desk.providers.sandbox",
    "providers.twilio": "import sms_desk.providers.base, sms_desk.providers.http",
    "providers.http": "import requests, urllib3, sms_desk.providers.base",
    "domain": "import datetime, phonenumbers, regex",
}


def test_every_contract_is_broken_once_here() -> None:
    assert {name for name, _, _ in BREAKS} == {c["name"] for c in CONTRACTS["contracts"]}


def test_what_the_house_allows_breaks_nothing(judged: list[tuple[int, str]]) -> None:
    code, report = judged[-1]
    assert code == 0, report


@pytest.mark.parametrize(
    ("n", "contract"),
    [(n, contract) for n, (contract, _, _) in enumerate(BREAKS)],
    ids=[f"{c}: {m}: {t[:60]!r}" for c, m, t in BREAKS],
)
def test_a_broken_contract_is_seen(judged: list[tuple[int, str]], n: int, contract: str) -> None:
    code, report = judged[n]
    assert code == 1
    assert f"{contract} BROKEN" in report, report


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """Exit code and report of the linter: over each of BREAKS, and over what is ALLOWED."""
    folders = []
    for texts in [*({module: text} for _, module, text in BREAKS), ALLOWED]:
        folder = tmp_path_factory.mktemp("house")
        build_skeleton(folder)
        for module, text in texts.items():
            source_of(folder, module).write_text(text)
        folders.append(folder)
    return lint_imports(folders)


def build_skeleton(folder: Path) -> None:
    """Empty modules with the names of the house, and the real contracts beside them."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for module in MODULES:
        path = source_of(folder, module)
        for package in [path.parent, *path.parent.parents]:
            if package.is_relative_to(folder / "sms_desk"):
                package.mkdir(parents=True, exist_ok=True)
                (package / "__init__.py").touch()
        path.touch()


def source_of(folder: Path, module: str) -> Path:
    """The file of a module of the skeleton: a package's `__init__` where it has modules inside."""
    path = folder.joinpath("sms_desk", *module.split("."))
    is_package = any(name.startswith(f"{module}.") for name in MODULES)
    return path / "__init__.py" if is_package else path.with_suffix(".py")


LINTER = """
import contextlib, importlib, io, json, os, sys
from importlinter.cli import lint_imports

judged = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    sys.path[0] = folder
    importlib.invalidate_caches()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = lint_imports(no_logo=True, no_cache=True)
    judged.append((code, said.getvalue()))
print(json.dumps(judged))
"""


def lint_imports(folders: list[Path]) -> list[tuple[int, str]]:
    """Exit code and report of the linter over the package in each folder.

    In a process of its own, where no `sms_desk` is imported yet; starting it is what takes long.
    """
    command = [sys.executable, "-c", LINTER, *map(str, folders)]
    done = subprocess.run(command, cwd=folders[0], capture_output=True, text=True, check=True)
    return [(code, report) for code, report in json.loads(done.stdout)]
