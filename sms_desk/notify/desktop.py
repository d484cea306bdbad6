"""The desktop's own notifications, by D-Bus (org.freedesktop.Notifications).

Spoken by jeepney, which states the signature of a call itself. PySide's QtDBus was expected to send
a whole number as `i` where the service wants `u`; that was not confirmed (docs/decisions/0010). All of it happens in a thread of its own, because a service that
hangs must hold up no window. A click comes back as a call in that thread.
https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from html import escape
from typing import Any, Final

from sms_desk.notify.base import Shown

_log = logging.getLogger(__name__)

_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_SECONDS: Final = 5.0
_MOST: Final = 200
"""Notifications whose click is still known."""
_OPEN: Final = "default"  # the click on the notification itself


class DesktopPopups:
    """clicked: called with what was shown, in another thread. unavailable: called with what could
    not be shown, because there is no service or it does not answer; also in another thread."""

    def __init__(
        self, clicked: Callable[[Shown], None], unavailable: Callable[[Shown], None]
    ) -> None:
        self._clicked = clicked
        self._unavailable = unavailable
        self._orders: queue.Queue[Any] = queue.Queue()
        self._shown: dict[int, Shown] = {}
        self._ids: dict[str, int] = {}
        self._thread: threading.Thread | None = None
        self._capabilities: frozenset[str] = frozenset()

    @staticmethod
    def has_bus() -> bool:
        """Whether there is a session bus to ask; no answer says that it has the service."""
        return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))

    def show(self, shown: Shown) -> None:
        """Show it, or put it in the place of one with the same key."""
        self._start()
        self._orders.put(shown)

    def withdraw(self, key: str) -> None:
        """Take it away, if it still stands there."""
        if self._thread is not None:
            self._orders.put(key)

    def close(self) -> None:
        if self._thread is not None:
            self._orders.put(None)
            self._thread.join(_SECONDS)
            self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="popups", daemon=True)
            self._thread.start()

    # --- in the thread ---

    def _run(self) -> None:
        """One connection until the end, or until it breaks: the next order makes another."""
        while True:
            order = self._orders.get()
            if order is None:
                return
            try:
                if self._serve(order):
                    return
            except Exception as error:  # noqa: BLE001 - a bus fails in any way; a thread begins here
                _log.info("no desktop notifications: %s", type(error).__name__)
                if isinstance(order, Shown):
                    self._unavailable(order)
                self._refuse_rest()
                self._shown.clear()
                self._ids.clear()

    def _refuse_rest(self) -> None:
        """What was asked for meanwhile goes the other way, too."""
        with suppress(queue.Empty):
            while True:
                order = self._orders.get_nowait()
                if isinstance(order, Shown):
                    self._unavailable(order)
                elif order is None:
                    self._orders.put(None)
                    return

    def _serve(self, order: Any) -> bool:
        """Until the end is asked for."""
        from jeepney import MatchRule, message_bus
        from jeepney.io.threading import DBusRouter, Proxy, open_dbus_connection

        connection = open_dbus_connection("SESSION")
        try:
            with DBusRouter(connection) as router:
                rule = MatchRule(type="signal", interface=_NAME, path=_PATH)
                Proxy(message_bus, router, timeout=_SECONDS).AddMatch(rule)
                self._capabilities = frozenset(self._call(router, "GetCapabilities")[0])
                with router.filter(rule, queue=self._orders):
                    while order is not None:
                        self._obey(router, order)
                        order = self._orders.get()
                return True
        finally:
            connection.close()

    def _obey(self, router: Any, order: Any) -> None:
        match order:
            case Shown():
                try:
                    self._notify(router, order)
                except TimeoutError:
                    self._unavailable(order)
            case str():
                id_ = self._ids.pop(order, None)
                if id_ is not None:
                    self._call(router, "CloseNotification", "u", (id_,))
            case _:
                self._hear(order)

    def _notify(self, router: Any, shown: Shown) -> None:
        text = escape(shown.text, quote=False) if self._marks_up else shown.text
        actions = [_OPEN, "Open"] if "actions" in self._capabilities else []
        hints = {
            "desktop-entry": ("s", "sms-desk"),
            "category": ("s", "im.received"),
            "urgency": ("y", 1),
        }
        replaces = self._ids.get(shown.key, 0)
        (id_,) = self._call(
            router,
            "Notify",
            "susssasa{sv}i",
            ("SMS Desk", replaces, "", shown.title, text, actions, hints, -1),
        )
        self._ids[shown.key] = id_
        self._shown[id_] = shown
        while len(self._shown) > _MOST:
            self._forget(next(iter(self._shown)))

    @property
    def _marks_up(self) -> bool:
        return "body-markup" in self._capabilities

    def _hear(self, signal: Any) -> None:
        from jeepney import HeaderFields

        member = signal.header.fields.get(HeaderFields.member)
        id_: int = signal.body[0] if signal.body else 0
        shown = self._shown.get(id_)
        if shown is None:
            return  # another program's
        if member == "ActionInvoked" and signal.body[1] == _OPEN:
            self._clicked(shown)
        if member == "NotificationClosed":
            self._forget(id_)

    def _forget(self, id_: int) -> None:
        shown = self._shown.pop(id_, None)
        if shown is not None and self._ids.get(shown.key) == id_:
            del self._ids[shown.key]

    def _call(
        self, router: Any, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...]:
        from jeepney import DBusAddress, new_method_call
        from jeepney.wrappers import unwrap_msg

        address = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        message = new_method_call(address, member, signature or None, body)
        answer: tuple[Any, ...] = unwrap_msg(router.send_and_get_reply(message, timeout=_SECONDS))
        return answer
