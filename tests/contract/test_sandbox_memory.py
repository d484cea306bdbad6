"""What the sandbox keeps: the ledger, the state file; and that a seed repeats everything."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sms_desk.domain.errors import UsageError
from sms_desk.providers.sandbox import (
    Sandbox,
    SandboxClock,
    SendRequest,
    World,
    serve,
    starter_world,
    state,
)
from sms_desk.providers.sandbox.customers import Customers, Reply, Rule
from tests.fixtures.sandbox import CUSTOMER, START, sandbox_api, sandbox_server

LINE = "+12025550101"


def _ledger(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]


def test_the_ledger_counts_what_was_accepted(tmp_path: Path) -> None:
    """GS1 is judged by it: a line is there before the answer, and even if the answer never comes."""
    with sandbox_api(tmp_path) as api:
        first = api.send(body="twice")
        api.control("/faults", kind="error_after", on="messages.create")
        api.post("/Messages.json", To=CUSTOMER, From=LINE, Body="twice")
        api.post("/Messages.json", To="+15005550001", From=LINE, Body="refused")
        lines = _ledger(tmp_path)
    assert [(line["n"], line["copy"], line["body"]) for line in lines] == [
        (1, 1, "twice"),
        (2, 2, "twice"),
    ]
    assert (lines[0]["sid"], lines[0]["to"], lines[0]["from"]) == (first["sid"], CUSTOMER, LINE)
    assert len(lines[0]["body_sha256"]) == 64


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    with sandbox_api(tmp_path) as api:
        api.sandbox.receive(CUSTOMER, LINE, "picture", pictures=("coat.png",))
        api.sandbox.receive(CUSTOMER, "+12025550102", "STOP")
        api.sandbox.advance(3600)
        sent = api.send()
        before = api.listed()
    with sandbox_api(tmp_path, world=World()) as api:
        assert api.listed() == before
        assert api.get("/IncomingPhoneNumbers.json").json()["incoming_phone_numbers"]
        assert (
            api.post("/Messages.json", To=CUSTOMER, From="+12025550102", Body="x").status_code
            == 400
        )
        api.sandbox.advance(10)
        assert api.message(sent["sid"])["status"] == "delivered"
        assert api.send()["sid"] not in {m["sid"] for m in before}


def test_what_only_the_ledger_knows_is_taken_in_again(tmp_path: Path) -> None:
    """As after a kill between the ledger's fsync and the state file; and a torn line is dropped."""
    with sandbox_api(tmp_path) as api:
        sent = api.send(body="survives")
    (tmp_path / "state.json").unlink()
    with (tmp_path / "ledger.jsonl").open("a") as ledger:
        ledger.write('{"n": 2, "sid": "SM')
    with sandbox_api(tmp_path) as api:
        assert [m["sid"] for m in api.listed()] == [sent["sid"]]
        assert api.send()["sid"] != sent["sid"]
    assert [line["n"] for line in _ledger(tmp_path)] == [1, 2]


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    """Though the ledger, which only grows, still has it."""
    with sandbox_api(tmp_path) as api:
        sid = api.send()["sid"]
        api.control(f"/messages/{sid}", "DELETE")
    with sandbox_api(tmp_path) as api:
        assert api.listed() == []
    assert [line["sid"] for line in _ledger(tmp_path)] == [sid]


def test_the_state_file_holds_the_whole_world() -> None:
    world = _busy_world(seed=4)
    words = json.loads(json.dumps(state.dump(world), default=state.plain))
    assert state.dump(state.restore(words)) == state.dump(world)


def _busy_world(seed: int) -> World:
    """An hour of a lively account."""
    script = [
        Rule((Reply(timedelta(seconds=30), "Yes please 🙏", ("coat.png",)),), contains="coat"),
        Rule((Reply(timedelta(seconds=5), "stop"),), customer="+12025550172"),
    ]
    world = starter_world(seed)
    world.customers = Customers(script, seed=seed, rate=0.5, per_hour=20)
    now = START
    world.start_chatter(now)
    for n in range(20):
        for customer in (CUSTOMER, "+12025550172", "+447700900555", "+34999000111"):
            request = SendRequest(customer, LINE, f"A coat? {n}")
            if (world.opt_out_scope(LINE), customer) not in world.opt_outs:
                world.send(request, now)
        now += timedelta(minutes=3)
        world.tick(now)
    return world


def test_a_seed_repeats_everything() -> None:
    assert state.dump(_busy_world(seed=1)) == state.dump(_busy_world(seed=1))
    assert state.dump(_busy_world(seed=1)) != state.dump(_busy_world(seed=2))


def test_what_a_later_run_adds_has_ids_of_its_own_unless_a_seed_asks_for_the_same(
    tmp_path: Path,
) -> None:
    """Else a desk takes a new message for one that it knows (R55)."""

    def wrote(run: str = "", ledger: Path | None = None) -> str:
        sandbox = Sandbox(starter_world, run=run, ledger=ledger)
        heard = sandbox.receive(CUSTOMER, LINE, "Hello").sid
        sandbox.send(SendRequest(CUSTOMER, LINE, "Hello yourself"))
        sandbox.close()
        return heard

    kept = tmp_path / "accepted.jsonl"
    first, again = wrote(ledger=kept), wrote(ledger=kept)
    assert first == wrote()
    assert len({first, again, wrote(ledger=kept), wrote("one"), wrote("another")}) == 5
    known = {number.sid for number in Sandbox(starter_world, run="one").world.numbers}
    assert known == {number.sid for number in starter_world().numbers}


def test_customers_answer_by_script_and_by_chance() -> None:
    world = _busy_world(seed=1)
    inbound = [m for m in world.messages() if m.direction == "inbound"]
    scripted = [m for m in inbound if m.body == "Yes please 🙏"]
    assert {m.sender for m in scripted} == {
        CUSTOMER,
        "+447700900555",
        "+34999000111",
        "+12025550172",
    }
    assert all(m.media for m in scripted)
    assert "¡Perfecto, gracias!" in {m.body for m in inbound if m.sender.startswith("+34")}
    assert len(inbound) > len(scripted) + 10


def test_customers_are_silent_by_default(tmp_path: Path) -> None:
    with sandbox_api() as api:
        api.send()
        api.sandbox.advance(24 * 3600)
        assert len(api.listed()) == 1
        api.control("/customers", rate=1)
        api.send()
        api.sandbox.advance(3600)
        assert len(api.listed(To=LINE)) == 1


def test_a_taken_port_is_explained() -> None:
    with sandbox_server() as server:
        port = int(server.base_url.rpartition(":")[2])
        with pytest.raises(UsageError, match=f"Port {port} is not free"):
            serve(port)


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt cannot be sent to one process")
def test_as_a_program_of_its_own_it_ends_on_an_interrupt(tmp_path: Path) -> None:
    """`sms-desk sandbox`: answers, then closes its files and leaves without a traceback."""
    program = (
        "from pathlib import Path; from sms_desk.providers.sandbox import serve;"
        f"serve(0, Path({str(tmp_path / 'l.jsonl')!r}), 7, demo=True,"
        f" state_file=Path({str(tmp_path / 's.json')!r}), announce=lambda url: print(url, flush=True))"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        answer = requests.get(f"{url}/_sandbox/state", timeout=10).json()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=10)
    assert answer["messages"] > 350
    assert complaints == ""
    assert process.returncode == 0


def test_time_passes_by_itself_on_a_real_clock() -> None:
    """The background tick, without any call from outside."""
    with sandbox_api(clock=SandboxClock()) as api:
        api.control("/timing", queued=0.01, sent=0.01)
        sid = api.send()["sid"]
        for _ in range(200):
            with api.sandbox.lock:
                if api.server.world.message(sid).status == "delivered":
                    break
            api.control("/state", "GET")
        assert api.message(sid)["status"] == "delivered"
