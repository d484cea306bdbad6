"""A workspace of one's own becomes a team's: nothing is lost, nothing is half done (GD3, design §6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from sms_desk.settings import clock, keys, server_address
from sms_desk.settings.files import Profile
from sms_desk.store import my_states, people, tables
from sms_desk.store.engine import Workspace, open_file
from sms_desk.store.ids import new_id
from sms_desk.store.team.connection import connect
from tests.e2e.cli_calls import PASSPHRASE, Terminal
from tests.e2e.team_setup import administrator, made, terminal
from tests.fixtures import postgres as clusters
from tests.fixtures.sandbox import CUSTOMER, sandbox_server

__all__ = ["administrator", "made", "terminal"]

OTHER = "+12025550172"
HALF = "Yes, it is ready, and"
BYTES = b"\x00\xff\\x00 'bytes' \n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


@pytest.fixture
def own(terminal: Terminal, server: SandboxServer) -> Profile:
    """This desk's own workspace, in which somebody has worked."""
    terminal.server = server
    server.sandbox.receive(CUSTOMER, LINE, "Is the coat ready? 🧥")
    server.sandbox.receive(OTHER, LINE, "नमस्ते\tمرحبا \\N \\.")
    terminal.connect()
    terminal.json("people", "add", "Zoe", "--role", "rep")
    terminal.json("sync", "--once", "--backfill", "30", secret=True)
    one, two = (row["id"] for row in terminal.json("inbox")["rows"])
    terminal.json("assign", one, "--to", "Zoe")
    terminal.json("note", one, "Never sent: \\N")
    terminal.json("tag", two, "--add", "coats")
    terminal.json("setting", "set", "quiet_hours_us", "off")
    profile = Profile.of(under=terminal.home)
    with _file(profile) as workspace:
        _attach(workspace, BYTES)
        _type(workspace, UUID(two))
    return profile


@contextmanager
def _file(profile: Profile) -> Iterator[Workspace]:
    identity = keys.read(profile)
    assert identity is not None
    assert identity.kdf is not None
    workspace = open_file(profile.database, identity.kdf.key(PASSPHRASE))
    yield workspace
    workspace.close()


def _type(workspace: Workspace, conversation_id: UUID) -> None:
    """Half a reply, which nobody has sent."""
    with workspace.write() as tx:
        me = people.me(tx)
        assert me is not None
        my_states.save_draft(tx, me, conversation_id, "reply", HALF, clock.wall())


def _attach(workspace: Workspace, data: bytes) -> None:
    """A picture with the oldest message, as if it had been fetched."""
    with workspace.write() as tx:
        message_id = tx.execute(sa.select(tables.messages.c.id).limit(1)).scalar_one()
        tx.execute(
            sa.insert(tables.attachments).values(
                id=new_id(),
                message_id=message_id,
                n=0,
                content_type="image/png",
                size=len(data),
                data=data,
                state="stored",
            )
        )


def moves(terminal: Terminal, made: dict[str, Any], code: int = 0) -> Any:
    return terminal.json("workspace", "move", password=made["connector_password"], code=code)


def test_all_of_it_goes_and_the_file_is_kept(
    terminal: Terminal, made: dict[str, Any], own: Profile, administrator: str
) -> None:
    before = own.database.read_bytes()
    moved = moves(terminal, made)
    assert moved["rows"] == sum(one["rows"] for one in moved["tables"])
    with connect(server_address.parsed(administrator), clusters.PASSWORD) as admin:
        (row,) = admin.execute("SELECT data FROM desk.attachments").fetchall()
        assert row == (BYTES,)
    (draft,) = moved["drafts"]
    assert (draft["mode"], draft["body"]) == ("reply", HALF)
    filled = {one["table"] for one in moved["tables"] if one["rows"]}
    assert filled >= {"people", "messages", "notes", "audit", "conversation_tags", "accounts"}
    kept = Profile(Path(moved["kept"]))
    assert kept.database.read_bytes() == before
    assert not kept.database.stat().st_mode & 0o222
    assert not own.folder.exists()
    # The mover comes in as an admin and sees what they had; the founder's invitation is over.
    invitation = moved["invitation"]
    assert invitation["role"] == "admin"
    desk = terminal.home.with_name("mine")
    words = ("join", invitation["address"], "--home", str(desk))
    joined = terminal.json(*words, password=invitation["password"])
    conversations = next(one["rows"] for one in moved["tables"] if one["table"] == "conversations")
    assert joined["conversations"] == conversations
    old = made["invitation"]
    words = ("join", old["address"], "--home", str(terminal.home.with_name("founders")))
    assert terminal.json(*words, password=old["password"], code=5)["error"]["code"] == "login"


def test_what_arrives_otherwise_is_not_taken(
    terminal: Terminal,
    made: dict[str, Any],
    own: Profile,
    administrator: str,
) -> None:
    with connect(server_address.parsed(administrator), clusters.PASSWORD) as admin:
        admin.execute(
            "CREATE FUNCTION desk.spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN NEW.body := NEW.body || '.'; RETURN NEW; END$$"
        )
        admin.execute(
            "CREATE TRIGGER aaa BEFORE INSERT ON desk.notes FOR EACH ROW EXECUTE FUNCTION desk.spoil()"
        )
        answer = moves(terminal, made, code=5)
        assert "notes" in answer["error"]["title"]
        assert own.database.exists()
        assert (
            terminal.json("workspace", "status", password=made["connector_password"])["name"]
            == "Coats & Co"
        )
        admin.execute("DROP TRIGGER aaa ON desk.notes")
    moves(terminal, made)


def test_who_is_cut_off_after_it_was_taken_only_puts_the_file_beside(
    terminal: Terminal, made: dict[str, Any], own: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sms_desk.bootstrap import moving as move

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cutting:
        cutting.setattr(move, "put_aside", cut)
        words = ("workspace", "move")
        assert terminal.call(*words, password=made["connector_password"]).code == 130
    assert own.database.exists()
    moved = moves(terminal, made)
    assert not own.folder.exists()
    assert UUID(moved["invitation"]["person_id"])


def test_only_a_new_workspace_takes_another_over(
    terminal: Terminal, made: dict[str, Any], own: Profile
) -> None:
    words = ("workspace", "invite", "Bob", "--role", "rep")
    terminal.json(*words, password=made["connector_password"])
    assert moves(terminal, made, code=3)["error"]["rule"] == "not_fresh"
    assert own.database.exists()


def test_nothing_to_move_is_said(terminal: Terminal, made: dict[str, Any]) -> None:
    assert moves(terminal, made, code=4)["error"]["code"] == "not_found"
