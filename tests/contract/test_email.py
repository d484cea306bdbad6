"""Letters through a real SMTP server: what became of each is known (R21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sms_desk.domain.errors import UsageError
from sms_desk.notify.email import (
    Letter,
    MailServer,
    Outcome,
    Result,
    Security,
    check_address,
    one_line,
    said,
    send,
    try_server,
)
from tests.fixtures.mail_server import PASSWORD, USER, MailBox, mail_server

LETTER = Letter(
    "0123", "ben@example.org", "New message from Nadia", "Hello Ben,\n.\nüñ 😀\n", "<p>x</p>"
)


def nothing() -> None:
    pass


def server_of(box: MailBox, security: Security = Security.NONE, **values: object) -> MailServer:
    made = MailServer("127.0.0.1", box.port, security, "desk@example.org", seconds=3.0)
    return replace(made, **values)  # type: ignore[arg-type]


def test_r21_a_letter_arrives_whole_in_text_and_html(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        order: list[str] = []
        result = send(server_of(box), LETTER, lambda: order.append(f"before {len(box.letters)}"))
    assert result == Result(Outcome.SENT)
    assert order == ["before 0"], "what counts is on the disk before the text goes"
    (letter,) = box.letters
    assert box.recipients == ["ben@example.org"]
    assert letter["From"] == "SMS Desk <desk@example.org>"
    assert letter["To"] == "ben@example.org"
    assert letter["Subject"] == "New message from Nadia"
    assert letter["Message-ID"] == "<0123@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Hello Ben,", ".", "üñ 😀"]
    assert html.get_content().strip() == "<p>x</p>"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_r21_over_tls_with_a_password_and_an_authority_of_ones_own(
    tmp_path: Path, security: Security
) -> None:
    with mail_server(tmp_path, security, login=security is Security.STARTTLS) as box:
        server = server_of(box, security, ca_file=box.ca_file)
        if security is Security.STARTTLS:
            server = replace(server, user=USER, password=PASSWORD)
        assert send(server, LETTER, nothing) == Result(Outcome.SENT)
        try_server(server)
    assert len(box.letters) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_r21_an_unknown_certificate_is_never_spoken_to(tmp_path: Path, security: Security) -> None:
    with mail_server(tmp_path, security) as box:
        result = send(server_of(box, security, user=USER, password=PASSWORD), LETTER, nothing)
    assert result == Result(Outcome.LATER, "certificate")
    assert box.letters == []
    assert box.logged_in == []


def test_r21_a_name_that_is_not_the_servers_is_refused(tmp_path: Path) -> None:
    with mail_server(tmp_path, "starttls") as box:
        server = server_of(box, Security.STARTTLS, ca_file=box.ca_file, host="127.0.0.2")
        assert send(server, LETTER, nothing).outcome is Outcome.LATER


def test_r21_no_encryption_where_some_is_asked_for_sends_nothing(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        server = server_of(box, Security.STARTTLS, user=USER, password=PASSWORD)
        assert send(server, LETTER, nothing) == Result(Outcome.LATER, "no_tls")
    assert box.logged_in == []


def test_r21_in_the_clear_only_this_machine_is_spoken_to() -> None:
    for host in ("mail.example.org", "192.0.2.1", "10.0.0.1"):
        server = MailServer(host, 25, Security.NONE, "desk@example.org")
        with pytest.raises(UsageError, match="this machine"):
            try_server(server)
        assert send(server, LETTER, nothing) == Result(Outcome.LATER, "settings")


def test_r21_a_wrong_password_says_so_and_never_repeats_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server(tmp_path, "starttls", login=True) as box:
        server = server_of(
            box, Security.STARTTLS, ca_file=box.ca_file, user=USER, password="wrong-but-secret"
        )
        assert "secret" not in repr(server)
        with pytest.raises(UsageError) as caught:
            try_server(server)
        result = send(server, LETTER, nothing)
    assert result.outcome is Outcome.LATER
    assert result.reason == "login:535"
    assert "user or password" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "secret" not in caplog.text + str(caught.value)


@pytest.mark.parametrize(
    ("where", "answer", "outcome", "reason", "claimed"),
    [
        ("to_recipient", "550 no such user", Outcome.REFUSED, "recipient:550", 0),
        ("to_recipient", "451 try later", Outcome.LATER, "recipient:451", 0),
        ("to_text", "554 spam", Outcome.REFUSED, "text:554", 1),
        ("to_text", "452 full", Outcome.LATER, "text:452", 1),
        ("to_text", "drop", Outcome.IN_DOUBT, "broke_off", 1),
        ("to_text", "hang", Outcome.IN_DOUBT, "broke_off", 1),
    ],
)
def test_r21_what_the_server_says_decides(
    tmp_path: Path, where: str, answer: str, outcome: Outcome, reason: str, claimed: int
) -> None:
    before: list[None] = []
    with mail_server(tmp_path) as box:
        getattr(box, where).append(answer)
        # Long enough for a busy machine to be spoken to; only what hangs is waited out.
        server = server_of(box, seconds=2 if answer == "hang" else 30)
        result = send(server, LETTER, lambda: before.append(None))
    assert (result, len(before)) == (Result(outcome, reason), claimed)
    assert said(reason)[0].endswith((".", ")."))


def test_r21_nobody_listens(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        server = server_of(box)
    assert send(server, LETTER, nothing) == Result(Outcome.LATER, "unreachable")


def test_r21_what_is_taken_by_somebody_else_is_not_handed_over(tmp_path: Path) -> None:
    def taken() -> None:
        raise KeyError("taken")

    with mail_server(tmp_path) as box, pytest.raises(KeyError):
        send(server_of(box), LETTER, taken)
    assert box.letters == []


HOSTILE: list[Callable[[str], Letter]] = [
    lambda evil: replace(LETTER, subject=f"Hi{evil}Bcc: eve@example.org"),
    lambda evil: replace(LETTER, subject=f"Hi{evil}{evil}body"),
    lambda evil: replace(LETTER, text=f"x{evil}.{evil}MAIL FROM:<eve@example.org>{evil}"),
]


@pytest.mark.parametrize("evil", ["\r\n", "\n", "\r", "\u2028", "\x00", "\x0b"])
@pytest.mark.parametrize("make", HOSTILE)
def test_r21_no_text_becomes_a_header_or_a_second_letter(
    tmp_path: Path, make: Callable[[str], Letter], evil: str
) -> None:
    with mail_server(tmp_path) as box:
        send(server_of(box), make(evil), nothing)
    assert len(box.letters) <= 1
    for letter in box.letters:
        assert letter["Bcc"] is None
        assert box.recipients == ["ben@example.org"]


@pytest.mark.parametrize(
    "address",
    [
        *("", "ben", "ben@", "@example.org", "a@b@c", "ben@example.org\r\nRCPT TO:<eve@x.org>"),
        *("ben@example.org, eve@example.org", "Ben <ben@example.org>", "b\x00n@example.org"),
        *("bën@example.org", "x" * 70 + "@example.org", "ben@example.org>"),
    ],
)
def test_r21_one_address_and_nothing_else(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address)
    assert send(
        MailServer("127.0.0.1", 9, Security.NONE, "desk@example.org"),
        replace(LETTER, to=address),
        nothing,
    ) == Result(Outcome.REFUSED, "letter")


def test_an_address_in_other_letters_goes_over_the_wire_as_dns_has_it() -> None:
    assert check_address(" ben@bücher.example ") == "ben@xn--bcher-kva.example"


def test_a_header_is_one_line_without_controls() -> None:
    assert one_line("a\r\nb\u2028c\x07d") == "a b c d"
    assert len(one_line("x" * 1_000)) == 200
    assert one_line("\n\n") == "SMS Desk"
