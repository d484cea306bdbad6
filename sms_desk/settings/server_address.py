"""Where a team's workspace stands: a database on a PostgreSQL server, and the login that asks.

An address never holds a password: it stands in `workspace.json`, in a shell's history, in an
invitation. The password is in the key store; see `settings.server_passwords`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit
from uuid import UUID

from sms_desk.domain.errors import StorageError, UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.hosts import is_loopback
from sms_desk.settings.files import HOME_VARIABLE, Profile, read_json, write_json

DEFAULT_PORT: Final = 5432
_KEY: Final = "server"  # in workspace.json
_KNOWN: Final = "servers.json"  # of who looks after a team's workspace: beside the profiles
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?")
_FOLDER = re.compile(r"/[^,\0]*")
_NAME = re.compile(r"[^\0-\x1f\x7f]+")
_LONGEST_NAME = 63  # PostgreSQL's own limit, in bytes
_FORM = "Give it as postgresql://login@host/database; with a port: host:5433."


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """host: a name, an IP address, or the folder of a socket on this machine. ca_file: the root
    that the server's certificate is checked against; "" for the roots that this machine trusts."""

    host: str
    database: str
    user: str
    port: int = DEFAULT_PORT
    ca_file: str = ""

    def __post_init__(self) -> None:
        fits = (
            bool(_HOST.fullmatch(self.host) or _FOLDER.fullmatch(self.host))
            and 0 < self.port < 65536
            and all(map(_is_name, (self.database, self.user)))
            and "\0" not in self.ca_file
        )
        if not fits:
            raise UsageError("This is no address of a team's server.", _FORM)

    @property
    def is_here(self) -> bool:
        """Whether the server is on this machine, so that nobody stands between."""
        return self.is_socket or self.host == "localhost" or is_loopback(self.host)

    @property
    def is_socket(self) -> bool:
        return self.host.startswith("/")

    @property
    def place(self) -> str:
        """What people call it: neither login nor password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        return f"{self.database} at {host}{port}"

    @property
    def url(self) -> str:
        """The address as it is typed, for an invitation."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        where = f"{host}{port}/{quote(self.database, safe='')}"
        if self.is_socket:
            where = f"{port}/{quote(self.database, safe='')}?host={quote(self.host)}"
        return f"postgresql://{quote(self.user, safe='')}@{where}"


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and len(text.encode()) <= _LONGEST_NAME


def parsed(url: str, *, ca_file: str = "") -> ServerAddress:
    """An address as a person types it. Raises UsageError, whose words repeat nothing of it."""
    parts = _split(url.strip())
    asked = _query(parts)
    host = asked.get("host", "") or (parts.hostname or "")
    database = unquote(parts.path.removeprefix("/"))
    if not (host and database and parts.username):
        raise UsageError("This address lacks the login, the host or the database.", _FORM)
    return ServerAddress(
        host,
        database,
        unquote(parts.username),
        _port(parts),
        ca_file or asked.get("sslrootcert", ""),
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        has_password = parts.password is not None
    except ValueError:
        raise UsageError("This is no address of a team's server.", _FORM) from None
    if has_password:
        raise UsageError(
            "A password does not belong into an address: others could read it there.",
            "Leave it out: it is asked for, or read by --password-fd. If it was a real one, change it.",
        )
    if parts.scheme not in ("postgresql", "postgres") or parts.fragment:
        raise UsageError("This is no address of a team's server.", _FORM)
    return parts


def _query(parts: SplitResult) -> Mapping[str, str]:
    """What may stand behind the question mark: a socket's folder, and the root certificate."""
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    folder = asked.get("host", "/")
    if set(asked) - {"host", "sslrootcert"} or not folder.startswith("/"):
        raise UsageError(
            "This address asks for more than where the server is.",
            "Only host= with a socket's folder, and sslrootcert=, may stand behind the question mark.",
        )
    return asked


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or DEFAULT_PORT
    except ValueError:  # its text repeats what stood there, which may be part of a password
        raise UsageError("The port in this address is no number.", _FORM) from None


# --- where a profile keeps it -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose desk at which team's workspace a profile is."""

    address: ServerAddress
    person_id: UUID


def kept(profile: Profile) -> Seat | None:
    """None for a workspace of one's own. Raises StorageError."""
    values = (read_json(profile.identity) or {}).get(_KEY)
    if values is None:
        return None
    try:
        return Seat(_from_json(values), UUID(values["person_id"]))
    except (TypeError, KeyError, ValueError, UsageError) as error:
        raise StorageError(
            f"{profile.identity} does not say where the team's server is.",
            "Bring it back from a backup, or join the workspace again.",
        ) from error


def keep(profile: Profile, seat: Seat) -> None:
    """This profile belongs to a team from now on. Its workspace.json is there already."""
    values = read_json(profile.identity)
    assert values is not None, "a profile has its key before it has a seat"
    where = asdict(seat.address) | {"person_id": str(seat.person_id)}
    write_json(profile.identity, values | {_KEY: where})


class Who(StrEnum):
    """As whom somebody who looks after a team's workspace comes to its server."""

    ADMINISTRATOR = "administrator"
    CONNECTOR = "connector"


def known(folder: Path, who: Who) -> ServerAddress | None:
    """The last address that was used so in this folder of a person's files. Raises StorageError."""
    path = folder / _KNOWN
    values = (read_json(path) or {}).get(who)
    try:
        return None if values is None else _from_json(values)
    except (TypeError, KeyError, UsageError) as error:
        raise StorageError(
            f"{path} does not say where the team's server is.", "Move it away, and name the server."
        ) from error


def know(folder: Path, who: Who, address: ServerAddress) -> None:
    """Use this address from now on where none is named."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The desk's folder cannot be made: {folder} ({error.strerror}).",
            f"Make it yours, or name another one with {HOME_VARIABLE}.",
        ) from error
    path = folder / _KNOWN
    values = read_json(path) or {}
    if values.get(who) != asdict(address):
        write_json(path, values | {str(who): asdict(address)})


def _from_json(values: Any) -> ServerAddress:
    texts = {name: values[name] for name in ("host", "database", "user", "ca_file")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise TypeError
    return ServerAddress(port=int(values["port"]), **texts)
