"""`notice`: who was told of what, e-mail and its templates, and whose inbox is muted (R20, R21)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sms_desk.bootstrap import Session
from sms_desk.cli import ids, secrets
from sms_desk.cli.answers import Changed, LetterPreview, MailTested, PasswordKept, Rows
from sms_desk.cli.framework import group, with_desk, with_session
from sms_desk.domain import commands as c
from sms_desk.domain.errors import NotFoundError, StorageError, UsageError
from sms_desk.domain.notices import Kind, State, Way
from sms_desk.services import notices
from sms_desk.services import senders as sender_service
from sms_desk.services.desk import Desk
from sms_desk.services.notices import NoticeRow, NoticeTemplateRow, Wanted


@group()
def notice() -> None:
    """Who was told of what, how and why; e-mail and its templates."""


@notice.command("list")
@click.option("--person", metavar="PERSON", help="What this person was told; `me` for oneself.")
@click.option(
    "--way", type=click.Choice([str(way) for way in Way]), help="On the screen, or by e-mail."
)
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), help="Of what.")
@click.option(
    "--state",
    "states",
    type=click.Choice([str(state) for state in State]),
    multiple=True,
    help="Where it stands.",
)
@click.option("--conversation", metavar="ID", help="About this conversation.")
@click.option("--after", metavar="ID", help="Those below this notice.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many."
)
@with_desk
def list_notices(
    desk: Desk,
    person: str | None,
    way: str | None,
    kind: str | None,
    states: tuple[str, ...],
    conversation: str | None,
    after: str | None,
    limit: int,
) -> Rows[NoticeRow]:
    """List notices, newest first: one's own, and those of the people that one leads."""
    before = None
    if after is not None:
        id_ = ids.whole(after)
        if id_ is None:
            raise UsageError("--after takes a whole ID.", "Take it from --json.")
        row = desk.read(notices.find, id_)
        before = (row.at, row.id)
    wanted = Wanted(
        person_id=None if person is None else ids.person(desk, person),
        way=None if way is None else Way(way),
        kind=None if kind is None else Kind(kind),
        states=tuple(State(state) for state in states),
        conversation_id=None if conversation is None else ids.conversation(desk, conversation),
        before=before,
        limit=limit,
    )
    return Rows(desk.read(notices.page, wanted).rows)


@notice.command()
@click.argument("notice_id", metavar="ID")
@with_desk
def again(desk: Desk, notice_id: str) -> Changed:
    """Send an e-mail again that failed or is in doubt; it may arrive twice. Needs an admin."""
    rows = desk.read(notices.page, Wanted(way=Way.EMAIL, states=(State.FAILED, State.IN_DOUBT)))
    id_ = ids.pick(notice_id, [row.id for row in rows.rows], "notice")
    return Changed.of(desk.change(c.SendNoticeAgain(**desk.stamp(), notice_id=id_)), id_)


@notice.command()
@click.argument("sender", metavar="SENDER")
@click.option("--off", is_flag=True, help="Hear of it again.")
@with_desk
def mute(desk: Desk, sender: str, off: bool) -> Changed:
    """Hear nothing of a sender ID's inbox; others do as before."""
    id_ = desk.read(sender_service.find, sender)
    return Changed.of(desk.change(c.MuteSender(**desk.stamp(), sender_id=id_, on=not off)), id_)


@notice.command()
@click.argument("address")
@with_session
def test(session: Session, address: str) -> MailTested:
    """Send an e-mail to ADDRESS, to try the server. Needs an admin."""
    session.test_mail(address)
    return MailTested(address)


@notice.command()
@click.option(
    "--fd", type=click.IntRange(min=0), metavar="N", help="Read it from this file descriptor."
)
@click.option("--forget", is_flag=True, help="Keep none.")
@with_session
def password(session: Session, fd: int | None, forget: bool) -> PasswordKept:
    """Keep the e-mail server's password in the keyring. Needs an admin.

    It is asked for at the terminal, unseen, or read by --fd; never given as a word.
    """
    word = "" if forget else secrets.secret(fd, "Password of the e-mail server: ")
    session.set_mail_password(word)
    return PasswordKept(bool(word))


@group()
def notice_template() -> None:
    """E-mail templates, which a holding names."""


@notice_template.command("list")
@click.option("--retired", is_flag=True, help="Those no longer in use, too.")
@with_desk
def list_templates(desk: Desk, retired: bool) -> Rows[NoticeTemplateRow]:
    """List the templates; the first is the one that the desk brings along."""
    return Rows(desk.read(notices.templates, retired=retired))


@notice_template.command()
@click.argument("name")
@click.option("--subject", required=True, help="The subject, with variables.")
@click.option("--text", "text_file", required=True, metavar="FILE", help="The text; - for stdin.")
@click.option("--html", "html_file", metavar="FILE", help="The HTML, where there is any.")
@with_desk
def save(desk: Desk, name: str, subject: str, text_file: str, html_file: str | None) -> Changed:
    """Save a template; one of that name is replaced. What cannot be is refused with its line."""
    saved = c.SaveNoticeTemplate(
        **desk.stamp(),
        name=name,
        subject=subject,
        text=_content(text_file),
        html="" if html_file is None else _content(html_file),
    )
    return Changed.of(desk.change(saved))


@notice_template.command()
@click.argument("name")
@with_desk
def preview(desk: Desk, name: str) -> LetterPreview:
    """Show the letter that a template makes of invented data."""
    return LetterPreview(*desk.read(notices.preview_of, _find(desk, name).name))


@notice_template.command()
@click.argument("name")
@click.option("--restore", is_flag=True, help="Bring it back.")
@with_desk
def retire(desk: Desk, name: str, restore: bool) -> Changed:
    """Use a template no more: the desk's own serves where a holding names it."""
    done = desk.change(c.RetireNoticeTemplate(**desk.stamp(), name=name, retired=not restore))
    return Changed.of(done)


def _find(desk: Desk, name: str) -> NoticeTemplateRow:
    for row in desk.read(notices.templates):
        if row.name.casefold() == name.casefold():
            return row
    raise NotFoundError(
        f"There is no e-mail template “{name}”.", "See sms-desk notice-template list."
    )


def _content(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The file cannot be read: {path}.", "Check its name.") from error
