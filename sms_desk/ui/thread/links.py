"""The question before a link is opened: where it really leads."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from sms_desk.domain import plain_text
from sms_desk.domain.plain_text import Link
from sms_desk.ui.thread.words import tr
from sms_desk.ui.widgets.text import ask

_LONGEST_SHOWN = 300


def confirm_link(parent: QWidget | None, link: Link) -> bool:
    """Whether the person wants to go there, having seen the host in ASCII."""
    title = tr("Open {host} in the browser?").format(host=link.host)
    return ask(parent, title, link_words(link), yes=tr("Open"), danger=bool(warnings_of(link)))


def link_words(link: Link) -> str:
    """The address in full, and what is odd about it."""
    return "\n\n".join([plain_text.preview(link.url, _LONGEST_SHOWN), *warnings_of(link)])


def warnings_of(link: Link) -> list[str]:
    """What makes an address suspicious, in words."""
    found = []
    if "xn--" in link.host:
        found.append(tr("The name holds letters that can look like others. Compare it carefully."))
    if link.has_userinfo:
        found.append(tr("What stands before the @ is not where it leads."))
    if link.is_private:
        found.append(tr("It leads to this machine or into your own network."))
    return found
