"""Every setting, once: the screen, the command line, the help and the checks follow from this list.

A setting of the *machine* lives in a file beside the workspace; one of a *person* or of the
*workspace* lives in the workspace and changes by a command. A new setting is one entry here and
the place that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sms_desk.domain.errors import UsageError
from sms_desk.domain.frozen import dataclass
from sms_desk.domain.working_hours import EXAMPLE, parse_hours


class Scope(StrEnum):
    MACHINE = "machine"
    PERSON = "person"  # for one person; what the workspace says is the default
    WORKSPACE = "workspace"  # for everybody; an admin changes it


@dataclass(frozen=True, slots=True)
class Kind:
    """What values a setting takes. parse: from typed text or from JSON; raises ValueError.

    unit: of a number, in words, to stand behind it.
    """

    words: str
    parse: Callable[[Any], Any]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be chosen.

    default: what holds while nobody has chosen; JSON's own types, like every value.
    title: as on the settings screen; help: one sentence on what it does. topic: the section of the
    screen that it stands in, "" for that of its scope.
    """

    name: str
    scope: Scope
    kind: Kind
    default: Any
    title: str
    help: str
    topic: str = ""

    def parse(self, value: Any) -> Any:
        """The value as it is stored, from typed text or from JSON. Raises UsageError."""
        try:
            return self.kind.parse(value)
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"“{value}” is not a value for “{self.title}”.", f"It takes {self.kind.words}."
            ) from error


def get(name: str) -> Setting:
    """The setting of that name. Raises UsageError, naming all there are."""
    if name not in SETTINGS:
        known = ", ".join(SETTINGS)
        raise UsageError(f"There is no setting “{name}”.", f"There are: {known}.")
    return SETTINGS[name]


def of_scope(scope: Scope, topic: str = "") -> tuple[Setting, ...]:
    """All settings of a scope that stand in one section, in the order of the screen."""
    return tuple(
        setting
        for setting in SETTINGS.values()
        if setting.scope is scope and setting.topic == topic
    )


# --- kinds ------------------------------------------------------------------------------------

_YES = {"yes": True, "on": True, "true": True, "1": True}
_NO = {"no": False, "off": False, "false": False, "0": False}


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    answers = _YES | _NO
    if str(value).lower() not in answers:
        raise ValueError
    return answers[str(value).lower()]


def _number(least: int, most: int, unit: str) -> Kind:
    def parse(value: Any) -> int:
        number = int(str(value))  # a fraction is refused, not cut off
        if not least <= number <= most:
            raise ValueError
        return number

    of = f" of {unit}" if unit else ""
    return Kind(f"a whole number{of} from {least} to {most}", parse, unit)


def _one_of(*words: str) -> Kind:
    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return Kind(f"one of {', '.join(words)}", parse)


def _hours(value: Any) -> str:
    """In the words that say the hours shortest. Raises UsageError, which names what is wrong."""
    if not isinstance(value, str):
        raise TypeError
    return str(parse_hours(value))


def _words(pattern: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value.strip()):
            raise ValueError
        return value.strip()

    return parse


_ON_OFF = Kind("on or off", _boolean)
_HOURS = Kind(f"hours of the week, as in {EXAMPLE}, or nothing for always", _hours)
_REST = Kind("hours of the week, as in daily 20:00-7:00, or nothing for none", _hours)
_HOST = Kind("the name of a server, or nothing for none", _words(r"[A-Za-z0-9.:\[\]-]{0,253}"))
_USER = Kind("a name of at most 200 characters, or nothing", _words(r"[^\x00-\x1f\x7f]{0,200}"))
_EMAIL = Kind(
    "one e-mail address, as in desk@example.org", _words(r"([^\s@<>,;\"]+@[^\s@<>,;\"]+)?")
)
_FILE = Kind("the path of a file, or nothing", _words(r"[^\x00-\x1f]{0,500}"))
NOTICES = "notices"
"""The section of what is said about who is told of what."""
TEAM = "team"
"""The section of a desk whose workspace is a team's."""
CONNECTOR = "connector"
"""The section of an admin's desk that may be the team's connector."""


# --- the settings -----------------------------------------------------------------------------

_ALL = (
    Setting(
        "waiting_minutes",
        Scope.WORKSPACE,
        _number(1, 7 * 24 * 60, "minutes"),
        30,
        "Waiting turns red after",
        "How long a customer may wait for an answer before the list says so in red.",
    ),
    Setting(
        "working_hours",
        Scope.PERSON,
        _HOURS,
        "",
        "Working hours",
        "Waiting turns red by the time that passes within them, on your own clock. "
        f"As in {EXAMPLE}; empty means always.",
    ),
    Setting(
        "nudge_days",
        Scope.PERSON,
        _number(1, 365, "days"),
        3,
        "Nudge after silence of",
        "Marks a conversation in which we spoke last and the customer has been silent so long.",
    ),
    Setting(
        "quiet_hours_us",
        Scope.WORKSPACE,
        _ON_OFF,
        True,
        "Quiet hours in the United States",
        "Holds what begins contact before 8:00 and after 21:00 where the contact is; some states"
        " are stricter.",
    ),
    Setting(
        "quiet_hours_in",
        Scope.WORKSPACE,
        _ON_OFF,
        True,
        "Hours for promotional texts in India",
        "Holds what is registered as promotional outside 10:00 to 21:00 there.",
    ),
    Setting(
        "quiet_hours_reply_minutes",
        Scope.WORKSPACE,
        _number(0, 24 * 60, "minutes"),
        60,
        "Still an answer after",
        "Whoever wrote so short a time ago is awake: an answer to them is not held in quiet hours.",
    ),
    Setting(
        "quiet_hours_waivable",
        Scope.WORKSPACE,
        _ON_OFF,
        False,
        "A person may send in quiet hours",
        "On: what quiet hours hold can be sent all the same, one by one, after a look at it.",
    ),
    Setting(
        "health_days",
        Scope.WORKSPACE,
        _number(1, 90, "days"),
        7,
        "A sender ID's health looks back",
        "Over how many days delivery, filtering and opt-outs of a sender ID are counted.",
    ),
    Setting(
        "health_least_messages",
        Scope.WORKSPACE,
        _number(1, 10_000, "messages"),
        30,
        "Health needs at least",
        "With fewer delivered or failed messages the figures say nothing of a sender ID.",
    ),
    Setting(
        "health_degraded_percent",
        Scope.WORKSPACE,
        _number(1, 100, "percent"),
        90,
        "Degraded when fewer arrive than",
        "A sender ID whose delivery rate falls below this is marked, and the composer says so.",
    ),
    Setting(
        "health_blocked_percent",
        Scope.WORKSPACE,
        _number(0, 100, "percent"),
        50,
        "Blocked when fewer arrive than",
        "Below this nothing is sent from the sender ID; a supervisor can go on from its fallback.",
    ),
    Setting(
        "enter_sends",
        Scope.PERSON,
        _ON_OFF,
        False,
        "Enter sends",
        "Off: Ctrl+Enter sends and Enter begins a new line.",
    ),
    Setting(
        "theme",
        Scope.MACHINE,
        _one_of("system", "light", "dark"),
        "system",
        "Appearance",
        "System follows the desktop; high contrast always does.",
    ),
    Setting(
        "close_to_tray",
        Scope.MACHINE,
        _ON_OFF,
        True,
        "Closing the window keeps the desk running",
        "The desk goes on receiving and shows unread messages in the tray.",
    ),
    Setting(
        "notice_screen",
        Scope.PERSON,
        _ON_OFF,
        True,
        "Show notifications",
        "The desktop tells of new messages, assignments and mentions; a click opens the conversation.",
        NOTICES,
    ),
    Setting(
        "notice_text",
        Scope.PERSON,
        _ON_OFF,
        False,
        "Show what was written",
        "Off: a notification names the contact and not the text, which others may read over your"
        " shoulder.",
        NOTICES,
    ),
    Setting(
        "do_not_disturb",
        Scope.PERSON,
        _REST,
        "",
        "Do not disturb",
        "In these hours, on your own clock, nothing pops up; at their end one notification says how much"
        " came. As in daily 20:00-7:00; empty means never.",
        NOTICES,
    ),
    Setting(
        "notice_email",
        Scope.PERSON,
        _ON_OFF,
        True,
        "Send me e-mail",
        "Where a sender ID's rule or the workspace asks for it; also in hours without disturbance.",
        NOTICES,
    ),
    Setting(
        "email_host",
        Scope.WORKSPACE,
        _HOST,
        "",
        "E-mail server",
        "The host that takes notices to be sent by e-mail; empty means that none are sent.",
        NOTICES,
    ),
    Setting(
        "email_port",
        Scope.WORKSPACE,
        _number(1, 65535, ""),
        587,
        "Port",
        "587 goes with STARTTLS, 465 with TLS.",
        NOTICES,
    ),
    Setting(
        "email_security",
        Scope.WORKSPACE,
        _one_of("starttls", "tls", "none"),
        "starttls",
        "Encryption",
        "The certificate is always checked; none is for a server on this machine alone.",
        NOTICES,
    ),
    Setting(
        "email_user",
        Scope.WORKSPACE,
        _USER,
        "",
        "User",
        "The name to log in with; empty where the server asks for none.",
        NOTICES,
    ),
    Setting(
        "email_from",
        Scope.WORKSPACE,
        _EMAIL,
        "",
        "From",
        "The address that notices come from.",
        NOTICES,
    ),
    Setting(
        "email_text",
        Scope.WORKSPACE,
        _ON_OFF,
        False,
        "E-mail may carry what was written",
        "Off: the variable text of a template stays empty, and no message leaves the desk by e-mail.",
        NOTICES,
    ),
    Setting(
        "email_duties",
        Scope.WORKSPACE,
        _ON_OFF,
        True,
        "E-mail for assignments, mentions and cover",
        "New messages go by the rule of their sender ID; this is for what is given to a person.",
        NOTICES,
    ),
    Setting(
        "email_ca_file",
        Scope.MACHINE,
        _FILE,
        "",
        "Certificates of the e-mail server",
        "A file with your own authority's certificate; empty means those that the system trusts.",
        NOTICES,
    ),
    Setting(
        "keep_offline",
        Scope.MACHINE,
        _one_of("everything", "1 year", "90 days", "30 days"),
        "everything",
        "Keep offline",
        "How far back the messages of a team's workspace are kept on this machine, for supervisors and"
        " admins; older ones are fetched when somebody asks for them.",
        TEAM,
    ),
    Setting(
        "run_connector",
        Scope.MACHINE,
        _ON_OFF,
        False,
        "Run the connector on this machine",
        "While the desk of an admin is open here it receives and sends for the whole team, unless"
        " another connector does.",
        CONNECTOR,
    ),
)

SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.name: setting for setting in _ALL})
