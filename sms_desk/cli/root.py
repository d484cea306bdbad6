"""All commands of the first level, in the order of the help; each is loaded when it is called."""

from __future__ import annotations

import click

import sms_desk
from sms_desk.cli.framework import Entry, LazyGroup

_HELP = """A desktop inbox for people who sell and serve by text message.

Without a command the window opens. Where an ID is asked for, the whole one will do, or at least
six characters of its beginning or end, as long as they mean one thing only.
"""


def _entry(module: str, attribute: str, help_: str) -> Entry:
    return Entry(f"sms_desk.cli.{module}", attribute, help_)


ENTRIES = {
    "account": _entry("account", "account", "Connect provider accounts."),
    "sync": _entry("sync", "sync", "Receive and send, once or until interrupted."),
    "line": _entry("sync", "line", "The state of the line to each provider."),
    "inbox": _entry("inbox", "inbox", "List conversations."),
    "thread": _entry("thread", "thread", "Show one conversation."),
    "windows": _entry("windows", "windows", "Open WhatsApp windows, the first to close first."),
    "search": _entry("search", "search", "Find messages, notes and contacts."),
    "send": _entry("writing", "send", "Write to a number."),
    "reply": _entry("writing", "reply", "Answer in a conversation."),
    "note": _entry("writing", "note", "Write a note that never leaves the desk."),
    "assign": _entry("team_state", "assign", "Give conversations to a person."),
    "reassign": _entry("reassign", "reassign", "Give many conversations and sender IDs away."),
    "close": _entry("team_state", "close", "Close conversations for everybody."),
    "reopen": _entry("team_state", "reopen", "Open conversations again for everybody."),
    "snooze": _entry("team_state", "snooze", "Put conversations aside until a time."),
    "tag": _entry("team_state", "tag", "Add and remove tags."),
    "takeover": _entry("team_state", "takeover", "Make a program's reply a direct conversation."),
    "release": _entry("team_state", "release", "Let the automation answer again."),
    "rebind": _entry("team_state", "rebind", "Say what a conversation answers."),
    "read": _entry("my_state", "read", "Mark conversations read for oneself."),
    "unread": _entry("my_state", "unread", "Mark conversations unread for oneself."),
    "pin": _entry("my_state", "pin", "Pin conversations for oneself."),
    "mute": _entry("my_state", "mute", "Mute conversations for oneself."),
    "undo": _entry("undo", "undo", "Take back what was done last."),
    "outbox": _entry("outbox", "outbox", "What is not accepted by the provider yet."),
    "scheduled": _entry("scheduled", "scheduled", "Messages that wait for their time."),
    "contact": _entry("contact", "contact", "Show, name and own contacts."),
    "senders": _entry("senders", "senders", "Sender IDs and who holds them."),
    "program": _entry("program", "program", "Campaigns and services."),
    "view": _entry("view", "view", "Saved filters."),
    "template": _entry("template", "template", "Templates."),
    "route": _entry("routes", "route", "Why something came to whom, and what if."),
    "notice": _entry("notice", "notice", "Who was told of what; e-mail and mutes."),
    "notice-template": _entry("notice", "notice_template", "Templates of notices by e-mail."),
    "people": _entry("people", "people", "People of the workspace."),
    "team": _entry("people", "team", "Teams and profiles."),
    "absence": _entry("absence", "absence", "Who is away, and who covers."),
    "audit": _entry("audit", "audit", "Who changed what, and whether the log is whole."),
    "opt-outs": _entry("opt_outs", "opt_outs", "Who asked to hear no more, or seems to."),
    "dlt": _entry("dlt", "dlt", "Texts registered with India's operators."),
    "workspace": _entry("workspace", "workspace", "A team's workspace on a PostgreSQL server."),
    "join": _entry("join", "join", "Make this desk one of a team's."),
    "connector": _entry("connector", "connector", "Receive and send for a team."),
    "connector-account": _entry(
        "connector_account", "connector_account", "A team's accounts, on the connector's machine."
    ),
    "connector-secret": _entry(
        "connector", "connector_secret", "Secrets that a team's connector needs."
    ),
    "key": _entry("key", "key", "The recovery key of the workspace."),
    "setting": _entry("setting", "setting", "Settings."),
    "segments": _entry("segments", "segments", "Count the parts of texts on stdin."),
    "sandbox": _entry("sandbox", "sandbox", "A provider to try things with, on this machine."),
    "doctor": _entry("doctor", "doctor", "Check what the desk needs."),
    "demo": _entry("demo", "demo", "Open the window on the demo workspace."),
    "tour": _entry("demo", "tour", "Play the tour of the window into pictures."),
}


root = LazyGroup(
    "sms-desk",
    entries=ENTRIES,
    help=_HELP,
    params=[],
    no_args_is_help=True,
)
click.version_option(sms_desk.__version__, prog_name="sms-desk")(root)
