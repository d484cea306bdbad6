"""Why a server's certificate proves nothing: libpq says only that it does."""

from __future__ import annotations

import socket
import ssl
import struct
from typing import Final

from sms_desk.settings.server_address import ServerAddress

_SECONDS: Final = 5.0
_SSL_REQUEST: Final = struct.pack("!II", 8, 80877103)
_EXPIRED, _NOT_YET = 10, 9  # X509_V_ERR_CERT_HAS_EXPIRED, …_NOT_YET_VALID


def reason(address: ServerAddress) -> str:
    """As the end of "The certificate of … ": asked by a handshake of its own, in which neither login
    nor password is said."""
    code = _verified(address)
    if code == _EXPIRED:
        return "has expired"
    if code == _NOT_YET:
        return "is not valid yet: compare the clocks of this machine and the server"
    return "is not one that this desk trusts"


def _verified(address: ServerAddress) -> int | None:
    """OpenSSL's number of what is wrong; None where it cannot be told."""
    try:
        with socket.create_connection((address.host, address.port), _SECONDS) as connection:
            connection.sendall(_SSL_REQUEST)
            if connection.recv(1) != b"S":
                return None
            context = ssl.create_default_context(cafile=address.ca_file or None)
            context.wrap_socket(connection, server_hostname=address.host).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_code
    except (OSError, ValueError):
        return None
    return None
