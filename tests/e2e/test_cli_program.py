"""The command line as a program: streams, signals, descriptors, and two processes at once."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sms_desk.providers.sandbox import SandboxClock, SandboxServer
from sms_desk.providers.sandbox.starter import LINE
from tests.e2e.cli_calls import PASSPHRASE, Terminal, called_here, descriptor, program
from tests.fixtures.sandbox import CUSTOMER, sandbox_server
from tests.fixtures.waiting import wait_until

NOBODYS = "AC" + "0" * 32
DESK = [sys.executable, "-m", "sms_desk"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    with sandbox_server(tmp_path, clock=SandboxClock()) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def segments(data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*DESK, "segments"], input=data, capture_output=True, timeout=180)


# --- segments ---------------------------------------------------------------------------------


def test_segments_answers_each_line_in_its_place() -> None:
    """R34. Bad lines give an error in their place, and exit code 2 at the end."""
    done = segments(
        b'{"text": "Hello"}\nnonsense\n{"text": 5}\n\xff\n[]\n{"text": "a"} {}\n'
        b'\n{"text": "\\ud83d\\ude00 \\u20ac", "more": 1}'
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"encoding": "GSM-7", "units": 5, "parts": 1, "unicode": []}
    assert [set(answer) for answer in answers[1:7]] == [{"error"}] * 6
    assert answers[7] == {"encoding": "UCS-2", "units": 4, "parts": 1, "unicode": ["😀"]}
    assert (done.returncode, done.stderr) == (2, b"")


def test_segments_answers_while_the_other_side_waits() -> None:
    with subprocess.Popen(
        [*DESK, "segments"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        for text in ("one", "two"):
            running.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["units"] == 3
        running.stdin.close()
    assert running.returncode == 0


def test_who_reads_enough_may_leave() -> None:
    """A closed pipe is silent, as with `head`."""
    line = b'{"text": "Hello"}\n'
    with subprocess.Popen(
        [*DESK, "segments"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        running.stdin.write(line)
        running.stdin.flush()
        running.stdout.readline()
        running.stdout.close()
        running.stdin.write(line * 10)
        running.stdin.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


# --- passphrase and secrets -------------------------------------------------------------------


def test_a_workspace_opens_with_its_passphrase_only(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Terminal(home, capsys)
    here.json("people", "list")
    wrong = program("people", "list", "--json", home=home, passphrase="another one, long enough")
    assert wrong.returncode == 5
    assert json.loads(wrong.stdout)["error"]["code"] == "keyring"
    here.json("inbox")


def test_nobody_to_ask_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {**os.environ, "SMS_DESK_HOME": str(home)}
    done = subprocess.run(
        [*DESK, "inbox", "--json"], env=environment, input=b"", capture_output=True, timeout=180
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (5, "keyring")
    assert b"Traceback" not in done.stderr
    closed = Terminal(home, capsys).text("account", "add", "twilio", "--sid", NOBODYS, code=2)
    assert "--secret-fd" in closed
    missing = called_here(capsys, "inbox", "--json", "--passphrase-fd", "77", "--home", str(home))
    assert (missing.code, missing.json["error"]["code"]) == (2, "usage")


def test_a_secret_is_asked_for_without_echo(home: Path, server: SandboxServer) -> None:
    words = ("account", "add", "twilio", "--sid", server.account.sid, "--base-url")
    ours, theirs = pty.openpty()
    with descriptor(PASSPHRASE) as fd:
        running = subprocess.Popen(
            [*DESK, *words, server.base_url, "--passphrase-fd", str(fd)],
            env={**os.environ, "SMS_DESK_HOME": str(home)},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            pass_fds=[fd],
        )
    os.close(theirs)
    said = b""
    while b"Secret of" not in said:
        said += os.read(ours, 1000)
    os.write(ours, server.account.auth_token.encode() + b"\n")
    said += b"".join(read_all(ours))
    os.close(ours)
    assert running.wait(120) == 0, said
    assert server.account.auth_token.encode() not in said
    assert b"Twilio" in said


def read_all(fd: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(fd, 1000)
        except OSError:  # the other end of a terminal was closed
            return
        if not data:
            return
        yield data


# --- long-running commands --------------------------------------------------------------------


@contextmanager
def running(*words: str, home: Path, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the test lets it go."""
    with descriptor(PASSPHRASE) as fd:
        options = [*words, "--passphrase-fd", str(fd)]
        secret = more.pop("secret", None)
        with descriptor(secret or "") as token:
            if secret:
                options += ["--secret-fd", str(token)]
            started = subprocess.Popen(
                [*DESK, *options],
                env={**os.environ, "SMS_DESK_HOME": str(home)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[fd, token],
            )
            with started:
                try:
                    yield started
                finally:
                    started.kill()


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_sandbox_says_where_it_is_and_ends_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stop: signal.Signals, code: int
) -> None:
    here, ledger = Terminal(tmp_path, capsys), tmp_path / "ledger"
    words = ("sandbox", "--json", "--seed", "4", "--ledger", str(ledger))
    with running(*words, home=tmp_path) as serving:
        assert serving.stdout
        assert serving.stderr
        said = json.loads(serving.stdout.readline())
        assert said["base_url"].startswith("http://127.0.0.1:")
        port = said["base_url"].rpartition(":")[2]
        assert here.json("sandbox", "--port", port, code=2)["error"]["code"] == "usage"
        serving.send_signal(stop)
        assert serving.wait(120) == code
        assert b"Traceback" not in serving.stderr.read()
    assert ledger.exists()


def test_beside_a_sync_that_runs_others_queue(
    home: Path, server: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only one process receives and sends; a reply goes out from there, a sync asks it to look.

    The others are this process: it opens and closes the workspace with every call."""
    here = Terminal(home, capsys, server)
    here.connect()
    with running("sync", home=home, secret=server.account.auth_token) as connector:
        assert connector.stderr
        said = [b"begun"]
        while b"online" not in said[-1]:
            said.append(connector.stderr.readline())
            assert said[-1], said
        sent = here.json("send", "--to", CUSTOMER, "--from", LINE, "Hello", "--wait", "120")
        assert sent["state"] == "accepted"
        assert here.json("sync", "--once")["elsewhere"] is True
        server.sandbox.advance(2)  # of two texts of one second nobody knows which came first
        server.sandbox.receive(CUSTOMER, LINE, "Hello you")
        waiting = ("inbox", "--waiting", "--count")
        wait_until(lambda: here.json(*waiting)["count"] == 1, "the connector to receive")
        connector.send_signal(signal.SIGINT)
        assert connector.wait(120) == 130
        assert b"Traceback" not in connector.stderr.read()
    assert len(server.sandbox.ledger.entries) == 1


def test_the_demo_is_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = home / "demo"
    demo.mkdir(parents=True)
    (demo / "workspace.db").write_bytes(b"")
    assert program("demo", "--remove", home=home).returncode == 0
    assert not demo.exists()
    assert Terminal(home, capsys).json("demo", "--remove")["removed"] is False
