"""The address of a team's server: no password ever stands in it (R46, GP3, GP5)."""

from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.settings import keys, server_address
from sms_desk.settings.files import Profile
from sms_desk.settings.server_address import Seat, ServerAddress, parsed
from sms_desk.store.ids import new_id

CANARY = "p%zz-otter"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://ann@db.example.test/desk", ServerAddress("db.example.test", "desk", "ann")),
        ("postgres://ann@db/desk", ServerAddress("db", "desk", "ann")),
        ("postgresql://a%20b@[::1]:5433/d%2Fe", ServerAddress("::1", "d/e", "a b", 5433)),
        (
            "postgresql://ann@/desk?host=/run/postgresql",
            ServerAddress("/run/postgresql", "desk", "ann"),
        ),
        (
            "postgresql://ann@db/desk?sslrootcert=/etc/own.pem",
            ServerAddress("db", "desk", "ann", ca_file="/etc/own.pem"),
        ),
    ],
)
def test_an_address_as_it_is_typed(url: str, address: ServerAddress) -> None:
    assert parsed(url) == address
    assert parsed(address.url, ca_file=address.ca_file) == address


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{CANARY}@db/desk",
        f"postgresql://ann:{CANARY}#x@db/desk",
        f"postgresql://ann:{CANARY}/y@db/desk",
        f"postgresql://ann:{CANARY}@[db/desk",
        f"postgresql://ann@db/desk?password={CANARY}",
        f"postgresql://ann@db/desk?passfile={CANARY}",
        f"postgresql://ann@db:{CANARY}/desk",
        f"mysql://ann@db/{CANARY}",
        f"host=db password={CANARY}",
        f"postgresql://ann@db,{CANARY}/desk",
        f"postgresql://ann@db/desk\0{CANARY}",
        "postgresql://db/desk",
        "postgresql://ann@db",
        "postgresql://ann@db:0x10/desk",
        "postgresql://ann@db:70000/desk",
        "postgresql://ann@db/desk?sslmode=disable",
        "postgresql://ann@db/desk?host=relative",
        f"postgresql://ann@db/{'d' * 64}",
        "",
    ],
)
def test_what_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        parsed(url)
    shown = "".join(traceback.format_exception(refused.value))
    assert "otter" not in shown.replace(repr(url), "").replace(url, "")
    assert "otter" not in str(refused.value)
    assert refused.value.next_step


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parsed(f"postgresql://{text}")
    except UsageError:
        return
    assert parsed(address.url, ca_file=address.ca_file) == address


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "/tmp/x"])
def test_who_is_on_this_machine(host: str) -> None:
    assert ServerAddress(host, "desk", "ann").is_here


@pytest.mark.parametrize("host", ["localhost.example.test", "10.0.0.1", "127.0.0.1.example.test"])
def test_who_is_not(host: str) -> None:
    assert not ServerAddress(host, "desk", "ann").is_here


def test_a_profile_keeps_it_beside_how_it_opens() -> None:
    profile = Profile.of()
    profile.make()
    keys.make_published(profile, new_id())
    assert server_address.kept(profile) is None
    address = ServerAddress("db.example.test", "desk", "ann", 5433, "/etc/own.pem")
    before = keys.read(profile)
    seat = Seat(address, new_id())
    server_address.keep(profile, seat)
    assert server_address.kept(profile) == seat
    assert keys.read(profile) == before


@pytest.mark.parametrize("values", [7, {}, {"host": 1}, {"host": "a b"}])
def test_a_spoiled_file_is_said(values: object) -> None:
    profile = Profile.of()
    profile.make()
    profile.identity.write_text(json.dumps({"server": values}))
    with pytest.raises(StorageError):
        server_address.kept(profile)
