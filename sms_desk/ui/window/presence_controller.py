"""Tells colleagues what is done at this desk, and shows what they do at theirs (R38)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from sms_desk.domain.model import DraftMode
from sms_desk.services.team_rows import Doing, Seen
from sms_desk.ui.inbox.row_words import Here
from sms_desk.ui.team.words import claim_words, claimants, seen_words, tr
from sms_desk.ui.widgets.text import ask
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties

TICK_MS: Final = 1_000
AGAIN_S: Final = 10.0
"""What is told is told again after so long, though nothing changed: the server forgets it."""
TYPING_S: Final = 6.0
"""So long after the last key somebody still counts as typing."""
AWAY_S: Final = 60.0
"""So long after the window was last active nobody sits at the desk."""
FORGOTTEN_S: Final = 60.0
"""A colleague's desk that has been silent for so long tells nothing any more."""

_Told = tuple[UUID | None, Doing | None]
_NOTHING: Final[_Told] = (None, None)


def has_focus() -> bool:
    """Whether one of our windows is active."""
    return QApplication.activeWindow() is not None


class PresenceController(QObject):
    """looked_at: the conversation that stands open in the active window."""

    def __init__(
        self,
        page: ConversationsPage,
        thread: ThreadController,
        ties: Ties,
        looked_at: Callable[[], UUID | None],
        active: Callable[[], bool] = has_focus,
    ) -> None:
        super().__init__(page)
        self._page = page
        self._thread = thread
        self._session = ties.session
        self._me = ties.reader.person_id
        self._looked_at = looked_at
        self._active = active
        self._was_active = monotonic()
        self._typed: tuple[UUID | None, float] = (None, 0.0)
        self._begun: UUID | None = None
        self._looking: UUID | None = None
        self._told: _Told = _NOTHING
        self._told_at = 0.0
        self._seen: tuple[Seen, ...] = ()
        self._agreed: frozenset[UUID] = frozenset()
        page.column.composer.typed.connect(self._on_typed)
        thread.turned_to.connect(self._on_turned)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self.tick()

    # --- what is told ------------------------------------------------------------------------------

    @Slot()
    def tick(self) -> None:
        """At most once a second: what is done here is told, and what is known is shown."""
        doing = self._doing()
        if doing != self._told or monotonic() - self._told_at >= AGAIN_S:
            self._told, self._told_at = doing, monotonic()
            self._session.look(*doing)
        self._show(self._session.seen())

    def _doing(self) -> _Told:
        now = monotonic()
        if self._is_through():  # who leaves a conversation for a moment has none begun in it
            self._begun, self._typed = None, (None, 0.0)
            return None, Doing.HERE
        if self._active():
            self._was_active = now
            self._looking = self._looked_at()
        elif now - self._was_active >= AWAY_S:
            return _NOTHING
        if self._looking is None:
            return None, Doing.HERE
        typed_in, at = self._typed
        typing = typed_in == self._looking and now - at < TYPING_S
        return self._looking, Doing.TYPING if typing else Doing.READING

    @Slot()
    def _on_typed(self) -> None:
        composer = self._page.column.composer
        if composer.mode() is DraftMode.REPLY and composer.text().strip():
            self._begun = self._thread.conversation_id()
            self._typed = (self._begun, monotonic())
        else:
            self._typed = (None, 0.0)

    def _is_through(self) -> bool:
        """Whether the answer that was begun here has been sent, or thought better of."""
        composer = self._page.column.composer
        return (
            self._begun is not None
            and self._begun == self._thread.conversation_id()
            and composer.mode() is DraftMode.REPLY
            and not composer.text().strip()
        )

    @Slot(object)
    def _on_turned(self, _conversation_id: UUID | None) -> None:
        self._agreed = frozenset()
        self._show_here()

    # --- what is shown -----------------------------------------------------------------------------

    def at_desk(self) -> frozenset[UUID]:
        """Who sits at a desk now."""
        return frozenset(each.person_id for each in self._seen) | {self._me}

    def _show(self, found: Sequence[Seen]) -> None:
        others = tuple(
            each for each in found if each.person_id != self._me and each.seconds < FORGOTTEN_S
        )
        if _facts(others) == _facts(self._seen):
            return
        self._seen = others
        self._page.inbox.set_here(_by_conversation(others))
        self._show_here()

    def _show_here(self) -> None:
        """In the head and over the composer of the open conversation."""
        here = self._here()
        typing = any(each.doing is Doing.TYPING for each in here)
        self._page.column.head.show_seen(seen_words(here), typing=typing)
        self._page.column.composer.set_claim(claim_words(here))

    def _here(self) -> tuple[Seen, ...]:
        opened = self._thread.conversation_id()
        return tuple(each for each in self._seen if opened and each.conversation_id == opened)

    # --- the soft claim ----------------------------------------------------------------------------

    def may_send(self) -> bool:
        """Ask once before an answer crosses a colleague's; a yes holds for those who wrote then."""
        claimed = claimants(self._here())
        writers = frozenset(each.person_id for each in claimed)
        if writers <= self._agreed:
            return True
        agreed = ask(
            self._page.window(),
            tr("Send yours all the same?"),
            f"{claim_words(claimed)} {tr('The contact may get two answers.')}",
            yes=tr("Send mine"),
        )
        if agreed:
            self._agreed |= writers
        return agreed


def _facts(colleagues: Sequence[Seen]) -> list[tuple[object, ...]]:
    """What is shown of them: how long ago it was told is not."""
    return sorted(
        (each.person_id.hex, str(each.conversation_id), each.doing, each.claims, each.name)
        for each in colleagues
    )


def _by_conversation(colleagues: Sequence[Seen]) -> dict[UUID, Here]:
    found: dict[UUID, list[Seen]] = {}
    for each in colleagues:
        if each.conversation_id is not None and each.doing is not Doing.HERE:
            found.setdefault(each.conversation_id, []).append(each)
    return {
        id_: Here(seen_words(some), any(each.doing is Doing.TYPING for each in some))
        for id_, some in found.items()
    }
