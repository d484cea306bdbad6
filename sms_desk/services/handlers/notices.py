"""What is shown, what is muted, and templates of e-mail (R21)."""

from __future__ import annotations

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Changes
from sms_desk.domain.errors import NotFoundError, RefusedError, UsageError
from sms_desk.domain.notices import State, Way
from sms_desk.services.context import Context
from sms_desk.services.effects import Effect, require_admin
from sms_desk.services.handlers.views import named
from sms_desk.services.notice_words import DEFAULT
from sms_desk.store import notices, senders

_LONGEST_NAME = 60


def show_notices(ctx: Context, command: c.ShowNotices) -> Effect:
    """The changes name those that nobody had taken before: only these may be shown."""
    after = State.SILENT if command.silent else State.SENT
    taken = notices.show(
        ctx.tx, ctx.actor.person_id, command.notice_ids, ctx.now, after, command.silent
    )
    return Effect(Changes.of(notice=taken) if taken else Changes(), len(taken))


def mute_sender(ctx: Context, command: c.MuteSender) -> Effect:
    """For oneself alone, and only what one may hear of anyway."""
    row = senders.get(ctx.tx, command.sender_id)
    muted = notices.mutes(ctx.tx).get(ctx.actor.person_id, set())
    if command.sender_id not in ctx.reach.held | muted and not ctx.reach.everything:
        raise NotFoundError("There is no such sender ID, or it is not yours.")
    changed = notices.set_mute(
        ctx.tx, ctx.actor.person_id, command.sender_id, command.at, on=command.on
    )
    back = c.MuteSender(
        id=command.id, at=command.at, sender_id=command.sender_id, on=not command.on
    )
    verb = "Muted" if command.on else "Hearing again of"
    label = f"{verb} {row['label'] or row['address']}"
    return Effect(Changes.of(notice=None), int(changed), label, (back,) if changed else ())


def save_notice_template(ctx: Context, command: c.SaveNoticeTemplate) -> Effect:
    """One that cannot be filled is refused, with the line (R21)."""
    require_admin(ctx)
    from sms_desk.notify import templates  # Jinja2: only where it is needed

    name = named(command.name, "template")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A name has at most {_LONGEST_NAME} characters.", "Choose a shorter one.")
    if name.casefold() in (DEFAULT, "none"):
        raise UsageError(f"“{name}” is a name of the desk's own.", "Choose another one.")
    templates.check(templates.Template(command.subject, command.text, command.html))
    before = notices.template(ctx.tx, name)
    notices.save_template(
        ctx.tx,
        {
            "name": name,
            "subject": command.subject,
            "text": command.text,
            "html": command.html,
            "changed_at": command.at,
        },
    )
    back: c.Command
    if before is None or before["retired_at"] is not None:
        back = c.RetireNoticeTemplate(id=command.id, at=command.at, name=name)
    else:
        back = c.SaveNoticeTemplate(
            id=command.id,
            at=command.at,
            name=name,
            subject=before["subject"],
            text=before["text"],
            html=before["html"],
        )
    return Effect(Changes.of(notice=None), 1, f"Saved the e-mail template {name}", (back,))


def retire_notice_template(ctx: Context, command: c.RetireNoticeTemplate) -> Effect:
    """Holdings that name it go on to; their letters are made from the desk's own text then."""
    require_admin(ctx)
    row = notices.template(ctx.tx, command.name)
    if row is None:
        raise NotFoundError(f"There is no e-mail template “{command.name}”.")
    notices.retire_template(ctx.tx, command.name, command.at if command.retired else None)
    back = c.RetireNoticeTemplate(
        id=command.id, at=command.at, name=command.name, retired=not command.retired
    )
    verb = "Retired" if command.retired else "Brought back"
    label = f"{verb} the e-mail template {command.name}"
    return Effect(Changes.of(notice=None), 1, label, (back,))


def send_notice_again(ctx: Context, command: c.SendNoticeAgain) -> Effect:
    """Never by itself: a letter in doubt may have arrived (R32 for letters)."""
    require_admin(ctx)
    row = notices.get(ctx.tx, command.notice_id)
    if row is None or row["way"] != Way.EMAIL:
        raise NotFoundError("There is no such e-mail.")
    state = State(row["state"])
    if state not in (State.FAILED, State.IN_DOUBT):
        raise RefusedError("Only an e-mail that failed or is in doubt can go again.", rule="state")
    notices.move(
        ctx.tx,
        command.notice_id,
        state,
        State.WAITING,
        ctx.now,
        reason="",
        tries=0,
        next_try_at=None,
    )
    return Effect(Changes.of(notice=command.notice_id), 1, "The e-mail goes again")
