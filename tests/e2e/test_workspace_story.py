"""A team's workspace from its making on, as who looks after it does it (design §6, GP2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sms_desk.domain.errors import LoginError, ServerUnreachable
from sms_desk.settings import server_address
from sms_desk.settings.server_address import Who
from sms_desk.store.team import connection as way
from sms_desk.store.team.client import Client
from sms_desk.store.team.connection import connect, translated
from sms_desk.store.team.lease import Lease
from tests.e2e.cli_calls import Terminal
from tests.e2e.team_setup import administrator, made, terminal
from tests.fixtures import postgres as clusters
from tests.fixtures.postgres import Cluster

__all__ = ["administrator", "made", "terminal"]


def client_of(invitation: dict[str, str]) -> Client:
    return Client(server_address.parsed(invitation["address"]), invitation["password"])


def test_a_workspace_is_made_and_its_founder_comes_in(
    terminal: Terminal, made: dict[str, Any]
) -> None:
    invitation: dict[str, str] = made["invitation"]
    assert (invitation["name"], invitation["role"]) == ("Ann", "admin")
    client = client_of(invitation)
    hello = client.hello()
    hello.check()
    client.close()
    assert hello.workspace_name == "Coats & Co"
    assert str(hello.person_id) == invitation["person_id"]
    assert not hello.joined
    # Without a key store the connector's password is shown, once; it opens the workspace.
    secret = str(made["connector_password"])
    connector = server_address.known(terminal.home, Who.CONNECTOR)
    assert connector is not None
    assert connector.user == made["connector"] == "coats_connector"
    connect(connector, secret).close()
    answer = terminal.json("workspace", "status", password=secret)
    assert [(one["name"], one["state"]) for one in answer["people"]] == [("Ann", "invited")]
    assert answer["connector_age_s"] is None
    assert not answer["upgrade"]
    kept = (terminal.home / "servers.json").read_text()
    assert secret not in kept
    assert clusters.PASSWORD not in kept


def test_a_second_one_is_not_made_over_it(
    terminal: Terminal, administrator: str, made: dict[str, Any]
) -> None:
    words = ("workspace", "init", administrator, "--name", "Other", "--person", "Eve")
    answer = terminal.json(*words, password=clusters.PASSWORD, code=3)
    assert answer["error"]["rule"] == "exists"
    secret = str(made["connector_password"])  # which was not changed either
    assert terminal.json("workspace", "status", password=secret)["name"] == "Coats & Co"


def test_people_come_and_are_stopped_at_once(terminal: Terminal, made: dict[str, Any]) -> None:
    secret = str(made["connector_password"])
    answer = terminal.json("workspace", "invite", "Bob", password=secret, code=2)
    assert "--role" in answer["error"]["next_step"]
    bob = terminal.json("workspace", "invite", "Bob", "--role", "rep", password=secret)
    address = server_address.parsed(bob["address"])
    with connect(address, bob["password"]) as session:
        terminal.json("workspace", "suspend", "bob", password=secret)
        with pytest.raises(ServerUnreachable), translated(address):
            session.execute("SELECT desk.hello()")
    with pytest.raises(LoginError):
        connect(address, bob["password"])
    states = {
        one["name"]: one["state"]
        for one in terminal.json("workspace", "status", password=secret)["people"]
    }
    assert states == {"Ann": "invited", "Bob": "suspended"}
    assert terminal.json("workspace", "resume", "Bob", password=secret)["logins"] == 1
    connect(address, bob["password"]).close()
    again = terminal.json("workspace", "invite", "Bob", password=secret)
    assert again["person_id"] == bob["person_id"]
    with pytest.raises(LoginError):  # the earlier login ended with the new one
        connect(address, bob["password"])
    client = client_of(again)
    assert client.hello().role == "rep"
    client.close()


def test_who_is_suspended_at_a_desk_is_let_in_from_there_and_from_here(
    terminal: Terminal, made: dict[str, Any]
) -> None:
    """As in People and teams: the connector's watchdog follows what people are (GP2)."""
    secret = made["connector_password"]
    bob = terminal.json("workspace", "invite", "Bob", "--role", "rep", password=secret)
    address = server_address.parsed(bob["address"])
    connector = replace(address, user=made["connector"])

    def becomes(suspended_at: int | None) -> None:
        with connect(connector, secret) as watching:
            change = "UPDATE desk.people SET suspended_at = %s WHERE id = %s"
            watching.execute(change, (suspended_at, bob["person_id"]))
            watching.execute("SELECT desk.watchdog()")

    becomes(1)
    with pytest.raises(LoginError):
        connect(address, bob["password"])
    becomes(None)
    connect(address, bob["password"]).close()
    becomes(1)
    assert terminal.json("workspace", "resume", "Bob", password=secret)["logins"] == 1
    connect(address, bob["password"]).close()


def test_the_last_admin_stays(terminal: Terminal, made: dict[str, Any]) -> None:
    secret = str(made["connector_password"])
    answer = terminal.json("workspace", "suspend", "Ann", password=secret, code=3)
    assert answer["error"]["rule"]


def test_after_a_restore_everything_begins_anew(
    terminal: Terminal, administrator: str, made: dict[str, Any]
) -> None:
    invitation: dict[str, str] = made["invitation"]
    client = client_of(invitation)
    before = client.hello().epoch
    login = server_address.parsed(invitation["address"]).user
    with connect(server_address.parsed(administrator), clusters.PASSWORD) as admin:
        admin.execute(f'DROP OWNED BY "{login}"')
    terminal.json("workspace", "upgrade", password=clusters.PASSWORD)
    begun = terminal.json("workspace", "restored", password=clusters.PASSWORD)
    assert begun["lost"] == []
    assert client.hello().epoch != before
    client.close()
    with connect(server_address.parsed(administrator), clusters.PASSWORD) as admin:
        admin.execute(f'DROP ROLE "{login}"')
    begun = terminal.json("workspace", "restored", password=clusters.PASSWORD)
    assert begun["lost"] == [login]
    old = str(made["connector_password"])
    assert terminal.json("workspace", "status", password=old, code=5)["error"]["code"] == "login"
    terminal.json("workspace", "status", password=begun["connector_password"])


def test_a_password_is_never_a_word_of_the_call(terminal: Terminal, administrator: str) -> None:
    url = administrator.replace("@", f":{clusters.PASSWORD.replace(' ', '%20')}@")
    words = ("workspace", "init", url, "--name", "Coats", "--person", "Ann")
    answer = terminal.json(*words, code=2)
    assert "password" in answer["error"]["title"]
    assert clusters.PASSWORD not in str(answer)


def test_without_a_server_the_next_step_is_said(terminal: Terminal) -> None:
    answer = terminal.json("workspace", "status", code=2)
    assert "postgresql://" in answer["error"]["next_step"]
    nowhere = "postgresql://ann@127.0.0.1:1/coats"
    answer = terminal.json("workspace", "status", "--server", nowhere, password="x", code=5)
    assert answer["error"]["code"] == "server_unreachable"


def test_a_cut_off_init_is_finished_by_the_next(
    terminal: Terminal, administrator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sms_desk.bootstrap.team_admin import Team

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    words = ("workspace", "init", administrator, "--name", "Coats", "--person", "Ann")
    with monkeypatch.context() as cutting:
        cutting.setattr(Team, "found", cut)
        assert terminal.call(*words, password=clusters.PASSWORD).code == 130
    done = terminal.json(*words, password=clusters.PASSWORD)
    client = client_of(done["invitation"])
    assert client.hello().workspace_name == "Coats"
    client.close()


def test_nothing_is_upgraded_under_a_running_connector(
    terminal: Terminal, administrator: str, made: dict[str, Any]
) -> None:
    connector = replace(server_address.parsed(administrator), user=made["connector"])
    engine = way.engine(connector, made["connector_password"])
    lease = Lease(engine, "here")
    try:
        hold = lease.acquire()
        assert hold is not None
        answer = terminal.json("workspace", "status", password=made["connector_password"])
        assert answer["connector"] == "here"
        answer = terminal.json("workspace", "upgrade", password=clusters.PASSWORD, code=3)
        assert answer["error"]["rule"] == "connector"
        # Inviting takes its place between two of the connector's transactions, which keeps its lease.
        words = ("workspace", "invite", "Bob", "--role", "rep")
        terminal.json(*words, password=made["connector_password"])
        assert lease.renew(hold)
        lease.release(hold)
    finally:
        lease.close()
    terminal.json("workspace", "upgrade", password=clusters.PASSWORD)


def test_where_there_is_no_workspace_it_is_said(
    terminal: Terminal, administrator: str, postgres: Cluster
) -> None:
    nowhere = server_address.parsed(administrator)
    empty = replace(nowhere, database="postgres").url
    for words in (("upgrade", empty), ("restored", empty), ("status", "--server", empty)):
        answer = terminal.json("workspace", *words, password=clusters.PASSWORD, code=5)
        assert "workspace init" in answer["error"]["next_step"]
