"""Where a login's password is kept, and that none is lost on the way to a new one (R46)."""

from __future__ import annotations

from uuid import UUID

from sms_desk.settings.server_address import ServerAddress
from sms_desk.settings.server_passwords import ServerPasswords

ANN = ServerAddress("db.example.test", "desk", "desk_0a1b2c3d")


class Store:
    """A key store in memory."""

    name = "Memory"
    kept: dict[tuple[UUID, str], str]

    def __init__(self, id_: UUID, kept: dict[tuple[UUID, str], str]) -> None:
        self._id = id_
        self.kept = kept

    def read(self, purpose: str) -> str | None:
        return self.kept.get((self._id, purpose))

    def write(self, purpose: str, secret: str) -> None:
        self.kept[self._id, purpose] = secret

    def delete(self, purpose: str) -> None:
        self.kept.pop((self._id, purpose), None)


def passwords(kept: dict[tuple[UUID, str], str], address: ServerAddress = ANN) -> ServerPasswords:
    return ServerPasswords(address, lambda id_: Store(id_, kept))


def test_before_anything_there_is_none() -> None:
    assert passwords({}).candidates() == ()


def test_on_the_way_to_a_new_one_both_are_kept() -> None:
    kept: dict[tuple[UUID, str], str] = {}
    passwords(kept).keep("old")
    new = passwords(kept).prepare()
    assert passwords(kept).candidates() == (new, "old")
    passwords(kept).keep(new)
    assert passwords(kept).candidates() == (new,)
    passwords(kept).forget()
    assert kept == {}


def test_every_login_has_its_own_and_a_root_certificate_makes_no_other() -> None:
    kept: dict[tuple[UUID, str], str] = {}
    passwords(kept).keep("ann's")
    assert (
        passwords(kept, ServerAddress(ANN.host, ANN.database, "desk_11111111")).candidates() == ()
    )
    with_root = ServerAddress(ANN.host, ANN.database, ANN.user, ca_file="/etc/own.pem")
    assert passwords(kept, with_root).candidates() == ("ann's",)
