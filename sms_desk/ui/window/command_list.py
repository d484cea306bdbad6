"""The commands of the window, in the order of menu, palette and sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sms_desk.domain.model import DraftMode, Role
from sms_desk.ui.commands import Group, WindowCommand
from sms_desk.ui.widgets.words import tr

if TYPE_CHECKING:  # the wiring asks for this list
    from sms_desk.ui.window.wiring import Wiring


def window_commands(wiring: Wiring) -> tuple[WindowCommand, ...]:
    """Every command with its default keys."""
    return (*_go(wiring), *_conversation(wiring), *_write(wiring), *_desk(wiring))


def _go(wiring: Wiring) -> tuple[WindowCommand, ...]:
    desk, rail = wiring.desk, wiring.window.side.rail
    go = partial(WindowCommand, group=Group.GO)
    return (
        go("palette", tr("commands", "All commands"), run=desk.open_palette, keys=("Ctrl+K",)),
        go(
            "search",
            tr("commands", "Search everything"),
            run=lambda: desk.search(),
            keys=("Ctrl+F",),
            icon="search",
            yields=True,
        ),
        go(
            "filter_list",
            tr("commands", "Search in this list"),
            run=wiring.page.inbox.focus_search,
            keys=("Ctrl+L", "/"),
            icon="list-filter",
        ),
        go(
            "search_thread",
            tr("commands", "Search in this conversation"),
            run=wiring.page.column.thread_view.open_search,
            keys=("Ctrl+Shift+F",),
            icon="search",
        ),
        go(
            "mine",
            tr("commands", "My conversations"),
            run=partial(rail.choose, "scope:mine"),
            keys=("Ctrl+1",),
            icon="inbox",
        ),
        go(
            "shared",
            tr("commands", "Shared inboxes"),
            run=partial(rail.choose, "scope:shared"),
            keys=("Ctrl+2",),
            icon="users",
        ),
        go(
            "unassigned",
            tr("commands", "Unassigned conversations"),
            run=partial(rail.choose, "scope:unassigned"),
            keys=("Ctrl+3",),
            icon="user-x",
        ),
        go(
            "all",
            tr("commands", "All conversations"),
            run=partial(rail.choose, "scope:all"),
            keys=("Ctrl+4",),
            icon="layers",
        ),
        go(
            "list",
            tr("commands", "To the list"),
            run=desk.show_conversations,
            keys=("F6",),
            icon="list-checks",
        ),
        go(
            "messages",
            tr("commands", "To the messages"),
            run=wiring.page.column.thread_view.focus_messages,
            keys=("F7",),
            icon="messages-square",
        ),
        go(
            "next",
            tr("commands", "Next conversation"),
            run=partial(wiring.go_to_next, 1),
            keys=("Ctrl+Down",),
            icon="arrow-down",
        ),
        go(
            "previous",
            tr("commands", "Previous conversation"),
            run=partial(wiring.go_to_next, -1),
            keys=("Ctrl+Up",),
            icon="arrow-up",
        ),
        go(
            "details",
            tr("commands", "Show or hide details"),
            run=wiring.page.toggle_context,
            keys=("Ctrl+D",),
            icon="panel-right-open",
        ),
        go(
            "rail",
            tr("commands", "Collapse or expand the rail"),
            run=lambda: rail.set_collapsed(not rail.is_collapsed()),
            keys=("Ctrl+B",),
            icon="panel-left-close",
        ),
    )


def _conversation(wiring: Wiring) -> tuple[WindowCommand, ...]:
    act = wiring.actions.act_here
    on = partial(WindowCommand, group=Group.CONVERSATION)
    return (
        on(
            "close",
            tr("commands", "Close"),
            run=partial(act, "close"),
            keys=("E", "Ctrl+Shift+E"),
            icon="check",
        ),
        on("reopen", tr("commands", "Reopen"), run=partial(act, "reopen"), icon="rotate-cw"),
        on(
            "snooze",
            tr("commands", "Snooze…"),
            run=partial(act, "snooze"),
            keys=("S",),
            icon="alarm-clock",
        ),
        on(
            "assign",
            tr("commands", "Assign…"),
            run=partial(act, "assign"),
            keys=("A",),
            icon="user-plus",
        ),
        on(
            "reassign",
            tr("commands", "Reassign…"),
            run=partial(act, "reassign"),
            icon="users",
        ),
        on("tag", tr("commands", "Tag…"), run=partial(act, "tag"), keys=("T",), icon="tag"),
        on(
            "mark_unread",
            tr("commands", "Mark unread"),
            run=partial(act, "mark_unread"),
            keys=("U",),
            icon="mail",
        ),
        on("pin", tr("commands", "Pin, for me"), run=partial(act, "pin"), icon="pin"),
        on("mute", tr("commands", "Mute, for me"), run=partial(act, "mute"), icon="bell-off"),
        on(
            "why_here",
            tr("commands", "Why is this here?"),
            run=wiring.reading.explain_place,
            icon="circle-question-mark",
        ),
        on(
            "undo",
            tr("commands", "Undo"),
            run=wiring.actions.undo_last,
            keys=("Ctrl+Z", "Z"),
            icon="undo-2",
        ),
    )


def _write(wiring: Wiring) -> tuple[WindowCommand, ...]:
    desk = wiring.desk
    to = partial(WindowCommand, group=Group.WRITE)
    return (
        to(
            "new",
            tr("commands", "New conversation…"),
            run=desk.new_conversation,
            keys=("Ctrl+N", "N"),
            icon="square-pen",
        ),
        to(
            "reply",
            tr("commands", "Write a reply"),
            run=partial(desk.write, DraftMode.REPLY),
            keys=("R", "Ctrl+R"),
            icon="send",
        ),
        to(
            "note",
            tr("commands", "Write a note for the team"),
            run=partial(desk.write, DraftMode.NOTE),
            keys=("M", "Ctrl+M"),
            icon="sticky-note",
        ),
        to(
            "send_later",
            tr("commands", "Schedule…"),
            run=desk.send_later,
            keys=("Ctrl+Shift+Return",),
            icon="calendar-clock",
        ),
        to(
            "template",
            tr("commands", "Send a WhatsApp template…"),
            run=desk.pick_template,
            keys=("Ctrl+T",),
            icon="file-text",
        ),
    )


def _absence(wiring: Wiring) -> tuple[WindowCommand, ...]:
    """Ctrl+K, I and Enter are enough for somebody who is ill."""
    desk = wiring.desk
    at = partial(WindowCommand, group=Group.DESK)
    return (
        at(
            "absences",
            tr("commands", "Absence and cover"),
            run=partial(desk.show_screen, "absences"),
            icon="calendar-clock",
        ),
        at(
            "plan_absence",
            tr("commands", "Plan my absence…"),
            run=desk.absence.plan_own,
            icon="calendar-clock",
        ),
        at(
            "sick_today",
            tr("commands", "I am sick today"),
            run=desk.absence.sick_today,
            icon="user-x",
        ),
        at("back", tr("commands", "I am back"), run=desk.absence.come_back, icon="undo-2"),
        at("brief", tr("commands", "My brief"), run=desk.absence.open_brief, icon="file-text"),
    )


def _oversight(wiring: Wiring) -> tuple[WindowCommand, ...]:
    """Not for reps: both look at everybody's work (R15, R31)."""
    if wiring.ties.role is Role.REP:
        return ()
    at = partial(WindowCommand, group=Group.DESK)
    return (
        at(
            "advisor",
            tr("commands", "Advisor"),
            run=partial(wiring.desk.show_screen, "advisor"),
            icon="clipboard-check",
        ),
        at(
            "audit",
            tr("commands", "Audit log"),
            run=partial(wiring.desk.show_screen, "audit"),
            icon="history",
        ),
        at(
            "audit_here",
            tr("commands", "Audit log of this conversation"),
            run=wiring.desk.show_audit_here,
            icon="history",
        ),
    )


def _desk(wiring: Wiring) -> tuple[WindowCommand, ...]:
    desk = wiring.desk
    at = partial(WindowCommand, group=Group.DESK)
    return (
        at(
            "senders",
            tr("commands", "Sender IDs"),
            run=partial(desk.show_screen, "senders"),
            icon="hash",
        ),
        at(
            "programs",
            tr("commands", "Programs"),
            run=partial(desk.show_screen, "programs"),
            icon="megaphone",
        ),
        at(
            "people",
            tr("commands", "People and teams"),
            run=partial(desk.show_screen, "people"),
            icon="id-card",
        ),
        at(
            "templates",
            tr("commands", "Templates"),
            run=partial(desk.show_screen, "templates"),
            icon="notepad-text",
        ),
        at(
            "outbox",
            tr("commands", "Outbox"),
            run=partial(desk.show_screen, "outbox"),
            icon="send",
        ),
        at(
            "opt_outs",
            tr("commands", "Opt-out requests"),
            run=partial(desk.show_screen, "opt_outs"),
            icon="hand",
        ),
        at(
            "windows",
            tr("commands", "WhatsApp windows"),
            run=partial(desk.show_screen, "windows"),
            icon="clock",
        ),
        *_oversight(wiring),
        *_absence(wiring),
        at(
            "notices",
            tr("commands", "What was told, and why"),
            run=desk.show_notices,
            icon="mail-open",
        ),
        at(
            "settings",
            tr("commands", "Settings"),
            run=partial(desk.show_screen, "settings"),
            keys=("Ctrl+,",),
            icon="settings",
        ),
        at(
            "sync",
            tr("commands", "Sync now"),
            run=wiring.line.sync,
            keys=("F5",),
            icon="refresh-cw",
        ),
        at(
            "keys",
            tr("commands", "Keys"),
            run=desk.open_keys,
            keys=("F1", "?"),
            icon="keyboard",
        ),
        at(
            "quit",
            tr("commands", "Quit"),
            run=desk.quit_requested.emit,
            keys=("Ctrl+Q",),
            icon="log-out",
        ),
    )
