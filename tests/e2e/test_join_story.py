"""From an invitation to an inbox, however often it is cut off on the way (design §6, R46, GP5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sms_desk.bootstrap import joining, team_admin
from sms_desk.bootstrap.joining import Joined, Progress, Step
from sms_desk.bootstrap.options import Options
from sms_desk.bootstrap.team_admin import Founder
from sms_desk.domain.errors import LoginError
from sms_desk.domain.model import Role
from sms_desk.settings import credentials, keys, server_address
from sms_desk.settings.files import Profile
from sms_desk.settings.server_address import ServerAddress
from sms_desk.store.team.client import Client
from sms_desk.store.team.connection import connect
from sms_desk.sync.connector import ConnectorLock
from tests.e2e.cli_calls import PASSPHRASE, Terminal
from tests.e2e.team_setup import remove, terminal
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster
from tests.unit.test_credentials import Memory

__all__ = ["terminal"]

DATABASE = "joined"


class Cut(BaseException):
    """The power goes."""


@dataclass(frozen=True)
class Office:
    """A team's workspace that tests of this file share, each with people of its own."""

    administrator: ServerAddress
    connector: ServerAddress
    secret: str

    def invites(self, name: str) -> dict[str, str]:
        with team_admin.opened(self.connector, self.secret) as team:
            made = team.invite(name, role=Role.REP)
        return {
            "person_id": str(made.person_id),
            "address": made.address,
            "password": made.password,
        }


@pytest.fixture(scope="module")
def office(postgres: Cluster) -> Iterator[Office]:
    administrator = ServerAddress(str(postgres.socket), DATABASE, clusters.USER)
    made = team_admin.init(administrator, clusters.PASSWORD, "Coats & Co", Founder("Ann", "UTC"))
    connector = replace(administrator, user=made.connector)
    yield Office(administrator, connector, made.connector_password)
    remove(administrator)


@pytest.fixture
def bob(office: Office, tmp_path: Path) -> dict[str, str]:
    """The invitation of a rep."""
    return office.invites(f"Bob of {tmp_path.name}")


@pytest.fixture
def desk(terminal: Terminal) -> Path:
    """Bob's own folder."""
    return terminal.home.with_name("bobs")


def joins(terminal: Terminal, invitation: dict[str, str], home: Path, *more: str) -> Any:
    words = ("join", invitation["address"], "--home", str(home), *more)
    return terminal.json(*words, password=invitation["password"])


def directly(invitation: dict[str, str], home: Path, tell: Callable[[Progress], None]) -> Joined:
    options = Options(home, None, lambda _prompt: PASSPHRASE)
    address = server_address.parsed(invitation["address"])
    return joining.join(options, address, invitation["password"], tell)


def is_let_in(invitation: dict[str, str], password: str) -> bool:
    try:
        connect(server_address.parsed(invitation["address"]), password).close()
    except LoginError:
        return False
    return True


def test_an_invitation_becomes_a_desk(terminal: Terminal, bob: dict[str, str], desk: Path) -> None:
    answer = joins(terminal, bob, desk)
    assert answer["workspace_name"] == "Coats & Co"
    assert answer["person_name"].startswith("Bob of ")
    assert answer["person_id"] == bob["person_id"]
    assert not answer["connector"]
    seat = server_address.kept(Profile.of(under=desk))
    assert seat is not None
    assert (seat.address.url, str(seat.person_id)) == (bob["address"], bob["person_id"])
    # What stood in the invitation opens nothing any more, and stands nowhere.
    assert not is_let_in(bob, bob["password"])
    for file in desk.rglob("*"):
        assert not file.is_file() or bob["password"].encode() not in file.read_bytes()
    assert PASSPHRASE not in (desk / "workspace" / "workspace.json").read_text()


def test_a_joined_desk_opens_without_its_server(
    terminal: Terminal, bob: dict[str, str], desk: Path
) -> None:
    joins(terminal, bob, desk)
    identity = desk / "workspace" / "workspace.json"
    values = json.loads(identity.read_text())
    values["server"]["host"] = "/nowhere"
    identity.write_text(json.dumps(values))
    rows = terminal.json("people", "list", "--home", str(desk))["rows"]
    assert [row["id"] for row in rows if row["is_me"]] == [bob["person_id"]]
    assert terminal.json("inbox", "--home", str(desk))["rows"] == []
    answer = terminal.json("--as", "Ann", "inbox", "--home", str(desk), code=3)
    assert answer["error"]["title"]


def test_to_join_again_brings_what_is_new(
    terminal: Terminal, bob: dict[str, str], desk: Path
) -> None:
    joins(terminal, bob, desk)
    assert joins(terminal, bob, desk)["person_id"] == bob["person_id"]


@pytest.mark.parametrize("step", list(Step))
def test_whoever_is_cut_off_joins_again(
    terminal: Terminal, bob: dict[str, str], desk: Path, step: Step
) -> None:
    def cut(progress: Progress) -> None:
        if progress.step is step:
            raise Cut

    with pytest.raises(Cut):
        directly(bob, desk, cut)
    assert joins(terminal, bob, desk)["person_id"] == bob["person_id"]
    assert not is_let_in(bob, bob["password"])


@pytest.fixture(params=["keyring", "passphrase"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What keeps the desk's key, and so the password of its login."""
    if request.param == "keyring":
        memory = Memory()
        monkeypatch.setattr(credentials, "find_backend", lambda: ("Memory", memory))
    return str(request.param)


@pytest.mark.parametrize("before", [True, False], ids=["before it is sent", "after it was taken"])
def test_a_change_of_the_password_that_is_cut_off_loses_none(
    terminal: Terminal,
    bob: dict[str, str],
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: bool,
    source: str,
) -> None:
    change = Client.change_password

    def cut(client: Client, new: str) -> None:
        if not before:
            change(client, new)
        raise Cut

    with monkeypatch.context() as cutting:
        cutting.setattr(Client, "change_password", cut)
        with pytest.raises(Cut):
            directly(bob, desk, joining.nobody)
    assert is_let_in(bob, bob["password"]) is before
    assert joins(terminal, bob, desk)["person_id"] == bob["person_id"]
    assert not is_let_in(bob, bob["password"])
    identity = keys.read(Profile.of(under=desk))
    assert identity is not None
    assert identity.source == source


def test_a_wrong_password_leaves_nothing_behind(
    terminal: Terminal, bob: dict[str, str], desk: Path
) -> None:
    wrong = {**bob, "password": "p%zz-otter"}
    words = ("join", bob["address"], "--home", str(desk))
    answer = terminal.json(*words, password=wrong["password"], code=5)
    assert answer["error"]["code"] == "login"
    assert "otter" not in "".join(terminal.said)
    assert not (desk / "workspace" / "workspace.json").exists()
    assert joins(terminal, bob, desk)["person_id"] == bob["person_id"]


def test_an_invitation_works_once(terminal: Terminal, bob: dict[str, str], desk: Path) -> None:
    joins(terminal, bob, desk)
    words = ("join", bob["address"], "--home", str(desk.with_name("eves")))
    assert terminal.json(*words, password=bob["password"], code=5)["error"]["code"] == "login"


def test_who_is_invited_again_keeps_the_desk(
    terminal: Terminal, office: Office, bob: dict[str, str], desk: Path, tmp_path: Path
) -> None:
    joins(terminal, bob, desk)
    again = office.invites(f"Bob of {tmp_path.name}")
    assert again["address"] != bob["address"]
    assert joins(terminal, again, desk)["person_id"] == bob["person_id"]


def test_a_desk_is_of_one_person_and_one_team(
    terminal: Terminal, office: Office, bob: dict[str, str], desk: Path
) -> None:
    joins(terminal, bob, desk)
    eve = office.invites("Eve")
    words = ("join", eve["address"], "--home", str(desk))
    answer = terminal.json(*words, password=eve["password"], code=3)
    assert answer["error"]["rule"] == "other_person"
    other = "postgresql://eve@db.example.test/other"
    answer = terminal.json("join", other, "--home", str(desk), password="x", code=3)
    assert answer["error"]["rule"] == "other_team"
    assert is_let_in(eve, eve["password"])


def test_a_workspace_of_ones_own_is_put_beside_and_opens_there(
    terminal: Terminal, bob: dict[str, str], desk: Path
) -> None:
    own = str(desk)
    terminal.json("people", "add", "Zoe", "--home", own)
    words = ("join", bob["address"], "--home", own)
    answer = terminal.json(*words, password=bob["password"], code=3)
    assert answer["error"]["rule"] == "own_workspace"
    assert is_let_in(bob, bob["password"])
    joins(terminal, bob, desk, "--set-aside")
    beside = desk / "workspace-own-1"
    restored = desk.with_name("restored")
    restored.mkdir()
    beside.rename(restored / "workspace")
    names = {
        one["name"] for one in terminal.json("people", "list", "--home", str(restored))["rows"]
    }
    assert "Zoe" in names


def test_an_open_desk_is_not_touched(terminal: Terminal, bob: dict[str, str], desk: Path) -> None:
    profile = Profile.of(under=desk)
    profile.make()
    with ConnectorLock(profile.folder) as free:
        assert free
        words = ("join", bob["address"], "--home", str(desk))
        answer = terminal.json(*words, password=bob["password"], code=3)
    assert answer["error"]["rule"] == "open"


def test_an_older_workspace_is_told_from_a_newer(
    terminal: Terminal, office: Office, bob: dict[str, str], desk: Path
) -> None:
    words = ("join", bob["address"], "--home", str(desk))
    with connect(office.administrator, clusters.PASSWORD) as admin:
        admin.execute("UPDATE desk.team_meta SET surface_version = surface_version + 1")
        answer = terminal.json(*words, password=bob["password"], code=5)
        admin.execute("UPDATE desk.team_meta SET surface_version = surface_version - 1")
    assert answer["error"]["code"] == "version"
    assert "Update SMS Desk" in answer["error"]["next_step"]
    assert is_let_in(bob, bob["password"])


def test_the_root_certificate_stays_with_the_desk(
    terminal: Terminal, bob: dict[str, str], desk: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root.pem"
    root.write_text("invented")
    joins(terminal, bob, desk, "--ca-file", str(root))
    root.unlink()
    said = json.loads((desk / "workspace" / "workspace.json").read_text())["server"]
    assert Path(said["ca_file"]).read_text() == "invented"
