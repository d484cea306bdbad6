"""One e-mail to one address through any SMTP server, so that what became of it is known (R21).

The dialogue is walked step by step, because the one step after which nobody knows what became of
the letter is the end of DATA: `before_text` is called ahead of it, and what fails earlier never
left. Certificates are always verified; in the clear only this machine itself is spoken to.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from typing import Final

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass

SECONDS: Final = 20.0
"""For each step of the dialogue: a server that hangs is left then."""
_LONGEST_SUBJECT: Final = 200


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"  # on this machine only


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed in. password: never shown. ca_file: of one's own authority, in place
    of those that the system trusts."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Letter:
    """key: stays the same for the same letter, so that a reader can know it again."""

    key: str
    to: str
    subject: str
    text: str
    html: str = ""


class Outcome(StrEnum):
    SENT = "sent"
    LATER = "later"  # nothing was handed over; may be tried again
    REFUSED = "refused"  # a definite no, or nothing that another try would change
    IN_DOUBT = "in_doubt"  # the text was handed over and the answer was lost


@dataclass(frozen=True, slots=True)
class Result:
    """reason: a stable word, with the server's code where it gave one; never the server's words,
    which may repeat an address."""

    outcome: Outcome
    reason: str = ""


SERVER_WORDS: Final = frozenset(
    ("unreachable", "timeout", "certificate", "no_tls", "tls", "login", "no_login", "password")
) | {"settings"}
"""Reasons that are no single letter's: what else waits would meet the same."""


def check_server(server: MailServer) -> None:
    """Raises UsageError where these words can be no server's."""
    if not server.host or re.search(r"[^\w.:\-\[\]]", server.host):
        raise UsageError("There is no e-mail server.", "Settings, Notifications: name its host.")
    check_address(server.sender)
    if server.security is Security.NONE and not _is_this_machine(server.host):
        raise UsageError(
            "Without encryption only this machine's own server is spoken to.",
            "Choose STARTTLS or TLS.",
        )


_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*"
)


def check_address(address: str) -> str:
    """The address as it goes over the wire: one, without a name. Raises UsageError."""
    local, at, host = address.strip().rpartition("@")
    try:
        wire = f"{local}{at}{host.encode('idna').decode('ascii')}" if host else ""
    except UnicodeError:
        wire = ""
    if len(wire) > 254 or not _ADDRESS.fullmatch(wire):
        raise UsageError(
            "This is no e-mail address.", "It has the form name@example.org, without a name before."
        )
    return wire


def send(server: MailServer, letter: Letter, before_text: Callable[[], None]) -> Result:
    """Hand in one letter. before_text: called when the next step is the one that counts; what it
    raises passes, and then nothing is handed over. Raises nothing of its own."""
    try:
        check_server(server)
    except UsageError:
        return Result(Outcome.LATER, "settings")
    try:
        message = _message(server, letter)
    except (UsageError, ValueError):
        return Result(Outcome.REFUSED, "letter")
    try:
        line = _connected(server)
    except _Failed as failed:
        return failed.result
    try:
        return _handed_in(line, server, letter, message, before_text)
    finally:
        _leave(line)


def try_server(server: MailServer) -> None:
    """Connect, secure and log in, and leave. Raises UsageError that says what failed."""
    check_server(server)
    try:
        _leave(_connected(server))
    except _Failed as failed:
        raise UsageError(*said(failed.result.reason)) from None


def said(reason: str) -> tuple[str, str]:
    """A reason in words, and what to do."""
    word, _, code = reason.partition(":")
    title, step = _WORDS.get(word, ("The e-mail server refused it", "Ask who runs the server."))
    return (f"{title} (answer {code})." if code else f"{title}."), step


_WORDS: Final = {
    "unreachable": ("The e-mail server cannot be reached", "Check host, port and network."),
    "timeout": ("The e-mail server did not answer in time", "Check host, port and network."),
    "certificate": (
        "The e-mail server's certificate is not trusted",
        "Check the host's name, or name the file of your own authority.",
    ),
    "no_tls": ("The e-mail server offers no encryption", "Choose TLS, or another port."),
    "tls": ("The encrypted line to the e-mail server broke", "Check port and kind of encryption."),
    "login": ("The e-mail server refused user or password", "Give the password again."),
    "no_login": ("The e-mail server takes no password", "Leave the user empty."),
    "password": ("The password of the e-mail server is not here", "Give the password again."),
    "sender": ("The e-mail server refused the sender's address", "Check the From address."),
    "recipient": ("The e-mail server refused the recipient", "Check the person's address."),
    "text": ("The e-mail server refused the letter", "Ask who runs the server."),
    "letter": ("The letter cannot be written", "Check the person's address."),
    "settings": ("The e-mail server is not set up", "Settings, Notifications."),
    "broke_off": ("The line broke while the letter was handed over", "Ask whether it arrived."),
    "stopped": ("The desk stopped while the letter was handed over", "Ask whether it arrived."),
    "tried": ("The e-mail server did not take it within a day", "Check the server, send again."),
}


# --- the dialogue ---------------------------------------------------------------------------------


class _Failed(Exception):
    def __init__(self, result: Result) -> None:
        super().__init__(result.reason)
        self.result = result


def _failed(outcome: Outcome, word: str, code: int | None = None) -> _Failed:
    return _Failed(Result(outcome, f"{word}:{code}" if code else word))


def _connected(server: MailServer) -> smtplib.SMTP:
    """A line that is secured and logged in. Raises _Failed, whose reason holds no secret."""
    line: smtplib.SMTP | None = None
    try:
        line = _opened(server)
        line.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            if not line.has_extn("starttls"):
                raise _failed(Outcome.LATER, "no_tls")
            line.starttls(context=_trusting(server))
            line.ehlo_or_helo_if_needed()
        _log_in(line, server)
        return line
    except _Failed:
        _leave(line)
        raise
    except Exception as error:  # noqa: BLE001 - the wire: what smtplib and ssl raise is translated
        _leave(line)
        raise _translated(error) from None  # its frames hold the password


def _opened(server: MailServer) -> smtplib.SMTP:
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.seconds, context=_trusting(server)
        )
    return smtplib.SMTP(server.host, server.port, timeout=server.seconds)


def _trusting(server: MailServer) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
    except (OSError, ssl.SSLError):
        raise _failed(Outcome.LATER, "certificate") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _log_in(line: smtplib.SMTP, server: MailServer) -> None:
    if not server.user:
        return
    if not server.password:
        raise _failed(Outcome.LATER, "password")
    try:
        line.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError:
        raise _failed(Outcome.LATER, "no_login") from None
    except smtplib.SMTPAuthenticationError as error:
        # A password can be put right, and what waits goes then: never a definite no.
        raise _failed(Outcome.LATER, "login", error.smtp_code) from None


def _translated(error: Exception) -> _Failed:
    """By kind and code alone: the texts of a foreign error may repeat what was sent."""
    match error:
        case ssl.SSLCertVerificationError():
            return _failed(Outcome.LATER, "certificate")
        case ssl.SSLError():
            return _failed(Outcome.LATER, "tls")
        case TimeoutError():
            return _failed(Outcome.LATER, "timeout")
        case smtplib.SMTPResponseException():
            return _failed(Outcome.LATER, "unreachable", error.smtp_code)
    return _failed(Outcome.LATER, "unreachable")


def _handed_in(
    line: smtplib.SMTP,
    server: MailServer,
    letter: Letter,
    message: bytes,
    before_text: Callable[[], None],
) -> Result:
    try:
        code, _ = line.mail(check_address(server.sender))
        if code != 250:
            return _answer(code, "sender")
        code, _ = line.rcpt(check_address(letter.to))
        if code not in (250, 251):
            return _answer(code, "recipient")
    except Exception as error:  # noqa: BLE001 - the wire; nothing was handed over
        return _translated(error).result
    before_text()
    try:
        code, _ = line.docmd("DATA")
        if code != 354:
            return _answer(code, "text")
    except Exception as error:  # noqa: BLE001 - without the server's word no text was handed over
        return _translated(error).result
    try:
        line.send(_quoted(message))
        code, _ = line.getreply()
    except Exception:  # noqa: BLE001 - whatever broke: the text may have arrived whole
        return Result(Outcome.IN_DOUBT, "broke_off")
    return Result(Outcome.SENT) if code == 250 else _answer(code, "text")


def _answer(code: int, word: str) -> Result:
    """A 4xx asks to come back, a 5xx is a definite no (RFC 5321, 4.2.1)."""
    if code < 0:
        return Result(Outcome.LATER, "unreachable")
    return Result(Outcome.REFUSED if code >= 500 else Outcome.LATER, f"{word}:{code}")


def _quoted(message: bytes) -> bytes:
    """As DATA wants it: lines end in CRLF, a dot at a line's head is doubled (RFC 5321, 4.5.2)."""
    text = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", message))
    return (text if text.endswith(b"\r\n") else text + b"\r\n") + b".\r\n"


def _leave(line: smtplib.SMTP | None) -> None:
    """Politely where it is quick, and in any case."""
    if line is None:
        return
    with suppress(Exception):  # it is over, however it ends
        if line.sock is not None:
            line.sock.settimeout(2.0)
            line.quit()
    with suppress(Exception):
        line.close()


# --- the letter -----------------------------------------------------------------------------------


def _message(server: MailServer, letter: Letter) -> bytes:
    """Headers are one line each whatever they are made from: nothing in a name adds another."""
    sender = check_address(server.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"SMS Desk <{sender}>"
    message["To"] = check_address(letter.to)
    message["Subject"] = one_line(letter.subject)
    message["Message-ID"] = f"<{letter.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()


def one_line(text: str) -> str:
    """A header's text: no control, no line end, not too long."""
    line = " ".join("".join(" " if not each.isprintable() else each for each in text).split())
    return line[:_LONGEST_SUBJECT] or "SMS Desk"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
