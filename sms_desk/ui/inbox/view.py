"""The inbox: search and chips, the list, and what stands in its place while there is none.

The view asks (`page_wanted`, `total_wanted`, `filter_changed`) and tells what the person wants
(`conversation_opened`, `action_requested`); who listens brings rows and carries out commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from sms_desk.domain.errors import DeskError
from sms_desk.domain.inbox_filters import InboxFilter
from sms_desk.domain.model import TeamState
from sms_desk.services.inbox_rows import InboxPage, InboxRow
from sms_desk.ui import theme
from sms_desk.ui.inbox.bulk_bar import ACTIONS, BulkBar, Selection
from sms_desk.ui.inbox.empty_words import empty_words
from sms_desk.ui.inbox.filter_bar import FilterBar
from sms_desk.ui.inbox.list_view import InboxList
from sms_desk.ui.inbox.model import InboxModel, InboxRole
from sms_desk.ui.inbox.options import FilterChoices, with_fields
from sms_desk.ui.inbox.pill import Pill
from sms_desk.ui.inbox.row_words import Clock, Here
from sms_desk.ui.inbox.skeleton import Skeleton
from sms_desk.ui.inbox.targets import Targets
from sms_desk.ui.theme.tokens import LIST_WIDTH
from sms_desk.ui.widgets.empty_state import EmptyState
from sms_desk.ui.widgets.panes import horizontal_line, on_ground
from sms_desk.ui.widgets.words import tr

_MINUTE_MS: Final = 60_000
_PATIENCE_MS: Final = 200
"""A page that comes sooner than this is shown without a skeleton flashing before it."""

_KEYS: Final = {"assign": "A", "close": "E", "snooze": "S", "tag": "T", "mark_unread": "U"}


class InboxView(QWidget):
    """One place of the rail as a list."""

    filter_changed = Signal(InboxFilter)
    """Bring the first page of this filter (`set_first_page`)."""
    page_wanted = Signal(object)
    """Bring the page at this Cursor (`append_page`, or `page_failed`)."""
    total_wanted = Signal(InboxFilter)
    """Count what matches (`set_total`)."""
    conversation_opened = Signal(object)
    """The conversation's id."""
    conversation_walked_to = Signal(object)
    """The same, where the keyboard came to rest: it opens, and the list stays."""
    selection_changed = Signal(object)
    """The ids selected, as a tuple in list order."""
    action_requested = Signal(str, object)
    """assign | reassign | close | snooze | tag | mark_unread, with the Targets."""
    save_view_requested = Signal(InboxFilter)
    retry_requested = Signal()
    everywhere_requested = Signal(str)
    """Look for this in all messages."""

    def __init__(
        self, now: Callable[[], datetime], zone: tzinfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._zone = zone
        self._all_matching = False
        self._total: int | None = None
        self._model = InboxModel(self._clock)
        self._bar = FilterBar(self)
        self._stack = QStackedWidget(self)
        self._list = InboxList(self._model, self._stack)
        self._skeleton = Skeleton(self._stack)
        self._empty = EmptyState(self._stack)
        self._error = EmptyState(self._stack)
        self._bulk = BulkBar(self)
        self._pill = Pill(self._list)
        self._patience = QTimer(self)
        self._minute = QTimer(self)
        self._lay_out()
        self._connect()
        self._start_timers()

    # --- what to show --------------------------------------------------------------------------

    def show_place(self, value: InboxFilter, title: str) -> None:
        """Another place was chosen in the rail; its first page is to follow."""
        self._bar.set_place(value)
        self.setAccessibleName(title)
        self._list.setAccessibleName(title)
        self.show_loading()

    def filter(self) -> InboxFilter:
        """What the list shows: every page, refresh and count is to be of this."""
        return self._bar.filter()

    def is_filtered(self) -> bool:
        """Whether the person has changed the place's own filter."""
        return self._bar.is_changed()

    def set_choices(self, choices: FilterChoices) -> None:
        """Programs, sender IDs, owners and tags for the menus."""
        self._bar.set_choices(choices)

    def show_loading(self) -> None:
        """A first page is on its way; the shapes of rows appear if it takes a while."""
        self._patience.start()

    def set_first_page(self, page: InboxPage) -> None:
        """Another list, from its top."""
        self._forget_all_matching()
        self._model.set_first_page(page, self.filter().order)
        self._list.scrollToTop()
        self._show_list_or_empty()

    def append_page(self, page: InboxPage) -> None:
        """The page that `page_wanted` asked for."""
        self._model.append_page(page)
        self._show_selection()

    def page_failed(self) -> None:
        """The page that was asked for could not be brought; scrolling on asks again."""
        self._model.page_failed()

    def refresh_rows(self, rows: Sequence[InboxRow], gone_ids: Sequence[UUID] = ()) -> None:
        """Rows that changed or came in and match the filter, and ids that match no more (R6)."""
        self._list.refresh_rows(rows, gone_ids)
        self._show_list_or_empty()

    def refresh_head(self, page: InboxPage) -> None:
        """The first page read again, after a change whose extent nobody knows."""
        self._list.refresh_head(page)
        self._show_list_or_empty()

    def show_error(self, error: DeskError) -> None:
        """The list cannot be shown: why, and a way to try again."""
        self._patience.stop()
        words = f"{error.title}\n{error.next_step}".strip()
        self._error.show_words("triangle-alert", words, tr("inbox", "Try again"), tint="error")
        self._turn_to(self._error)

    def set_here(self, here: Mapping[UUID, Here]) -> None:
        """In which conversations colleagues are now, and how (R38)."""
        self._model.set_here(here)

    def set_total(self, total: int) -> None:
        """How many conversations match, as `total_wanted` asked."""
        self._total = total
        self._show_selection()

    # --- where the person stands -----------------------------------------------------------------

    def shown_ids(self) -> tuple[UUID, ...]:
        """The conversations that are loaded: those whose changes concern this list."""
        return self._model.ids()

    def row(self, id_: UUID) -> InboxRow | None:
        """A conversation as the list shows it, if it is loaded."""
        index = self._list.index_of(id_)
        found: InboxRow | None = index.data(InboxRole.ROW) if index.isValid() else None
        return found

    def current_id(self) -> UUID | None:
        return self._list.current_id()

    def selected_ids(self) -> tuple[UUID, ...]:
        return self._list.selected_ids()

    def select(self, id_: UUID | None) -> None:
        """Stand on a conversation without opening it."""
        self._list.select_id(id_)

    def set_open(self, id_: UUID | None) -> None:
        """Which conversation the thread shows; None for none."""
        self._list.set_open(id_)

    def set_walk_opens(self, opens: bool) -> None:
        """False where the list lies over the thread: walking would read what nobody sees."""
        self._list.set_walk_opens(opens)

    def settle(self) -> None:
        """What is about to open by walking opens now, before anything is done to it."""
        if self._list.is_walking():
            self._list.open_walked_to()

    def open_current(self) -> None:
        """Open where the keyboard stands, as Enter would, if it is not open."""
        if self._list.is_walking() or not self._list.is_at_open():
            self._list.open_walked_to()

    def may_move(self) -> bool:
        """Whether the list may go along with what opened: nobody walks on, nobody picks."""
        return not self._list.is_walking() and len(self._list.selected_ids()) < 2

    def surface(self) -> QWidget:
        """What is painted where the list is: the list, or what stands in its place."""
        shown = self._stack.currentWidget()
        return self._list.viewport() if shown is self._list or shown is None else shown

    def place_head(self, head: QWidget) -> None:
        """Something that stands between the chips and the list, whatever that shows."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self._stack), head)

    def list_view(self) -> InboxList:
        """The list itself: where single letters are keys, and beside which menus open."""
        return self._list

    def list_place(self) -> QWidget:
        """The list or what stands in its place while it has no row: letters are keys there, too."""
        return self._stack

    def bulk_bar(self) -> BulkBar:
        """What stands at the list's foot while several are selected."""
        return self._bulk

    def list_has_focus(self) -> bool:
        return self._list.hasFocus()

    def targets(self) -> Targets:
        """What an action from the menu, the palette or a key is meant for."""
        return Targets(self.selected_ids(), self.filter() if self._all_matching else None)

    def focus_list(self) -> None:
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self._list.currentIndex().isValid() and self._model.loaded():
            self._list.setCurrentIndex(self._model.index(0))

    def focus_first(self) -> None:
        """The list takes the keys where nothing else has them; it marks no row by itself."""
        if self.window().focusWidget() is None:
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_search(self) -> None:
        self._bar.focus_search()

    # --- building --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        on_ground(self, "base")
        for page in (self._list, self._skeleton, self._empty, self._error):
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(self._skeleton)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(horizontal_line(self))
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._bulk)
        self.setMinimumWidth(LIST_WIDTH * 3 // 4)

    def _connect(self) -> None:
        self._bar.filter_changed.connect(self._on_filter_changed)
        self._bar.save_requested.connect(self.save_view_requested)
        self._bar.everywhere_requested.connect(self.everywhere_requested)
        self._bar.left_downwards.connect(self.focus_list)
        self._model.page_wanted.connect(self.page_wanted)
        self._model.held_changed.connect(self._pill.show_count)
        self._list.opened.connect(self.conversation_opened)
        self._list.walked_to.connect(self.conversation_walked_to)
        self._list.action_pressed.connect(self._request)
        self._list.selection_moved.connect(self._on_selection_moved)
        self._list.top_reached.connect(self._model.release_held)
        self._list.customContextMenuRequested.connect(self._on_menu_requested)
        self._pill.clicked.connect(self._on_pill_clicked)
        self._bulk.action_pressed.connect(self._request)
        self._bulk.all_requested.connect(self._on_all_requested)
        self._bulk.clear_requested.connect(self._on_clear_requested)
        self._empty.action_requested.connect(self._on_empty_action)
        self._error.action_requested.connect(self._on_retry)

    def _start_timers(self) -> None:
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience_ended)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self._model.repaint_ages)
        self._minute.start()

    def _clock(self) -> Clock:
        return Clock(self._now(), self._zone)

    # --- showing ---------------------------------------------------------------------------------

    def _show_list_or_empty(self) -> None:
        self._patience.stop()
        if self._model.rowCount():
            self._turn_to(self._list)
            return
        words = empty_words(self.filter(), changed=self.is_filtered())
        self._empty.show_words(words.icon, words.sentence, words.action, tint=words.tint)
        self._turn_to(self._empty)

    def _turn_to(self, page: QWidget) -> None:
        """Whoever works here by keys goes on by keys, though the last row has gone."""
        focused = self.window().focusWidget()
        held = focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentWidget(page)
        if held and page is not focused:
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_selection(self) -> None:
        ids = self.selected_ids()
        selection = Selection(
            count=len(ids),
            all_loaded=len(ids) == self._model.loaded(),
            more_to_load=self._model.has_more(),
            all_matching=self._all_matching,
            total=self._total,
        )
        if selection.offers_all and self._total is None:
            self.total_wanted.emit(self.filter())
        self._bulk.show_selection(selection)

    def _forget_all_matching(self) -> None:
        self._all_matching = False
        self._total = None

    def row_menu(self, targets: Targets | None = None) -> QMenu:
        """What can be done with these, or else with the conversations selected."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, icon, words in ACTIONS:
            key = f"\t{_KEYS[name]}" if name in _KEYS else ""
            action = menu.addAction(f"{tr('inbox', words)}{key}")
            action.setIcon(theme.icon(icon))
            action.triggered.connect(
                lambda _on=False, name=name: self._request_for(name, targets or self.targets())
            )
        return menu

    # --- what happened -----------------------------------------------------------------------------

    @Slot(InboxFilter)
    def _on_filter_changed(self, value: InboxFilter) -> None:
        self.show_loading()
        self.filter_changed.emit(value)

    @Slot(str)
    def _request(self, name: str) -> None:
        targets = self.targets()
        current = self.current_id()
        if not targets and current is not None:
            targets = Targets((current,))
        self._request_for(name, targets)

    def _request_for(self, name: str, targets: Targets) -> None:
        if targets:
            self.action_requested.emit(name, targets)

    @Slot()
    def _on_selection_moved(self) -> None:
        self._forget_all_matching()
        self._show_selection()
        self.selection_changed.emit(self.selected_ids())

    @Slot()
    def _on_all_requested(self) -> None:
        """The link says "Select all that match", and "Clear" once that is so."""
        if self._all_matching:
            self._on_clear_requested()
        else:
            self._all_matching = True
            self._show_selection()

    @Slot()
    def _on_clear_requested(self) -> None:
        self._list.clearSelection()
        self._forget_all_matching()
        self._show_selection()

    @Slot()
    def _on_pill_clicked(self) -> None:
        self._model.release_held()
        self._list.scrollToTop()

    @Slot(QPoint)
    def _on_menu_requested(self, where: QPoint) -> None:
        ids = self._list.menu_ids()
        targets = self.targets() if ids == self.selected_ids() else Targets(ids)
        if targets:
            menu = self.row_menu(targets)
            self._list.mark_menu(ids)
            menu.aboutToHide.connect(self._on_menu_gone)
            menu.popup(self._list.viewport().mapToGlobal(where))

    @Slot()
    def _on_menu_gone(self) -> None:
        self._list.mark_menu(())

    @Slot()
    def _on_empty_action(self) -> None:
        value = self.filter()
        if value.text:
            self._bar.set_filter(with_fields(value, {"text": ""}))
        elif self.is_filtered():
            self._bar.clear()
        else:
            self._bar.set_filter(with_fields(value, {"state": TeamState.CLOSED}))

    @Slot()
    def _on_retry(self) -> None:
        self.show_loading()
        self.retry_requested.emit()

    @Slot()
    def _on_patience_ended(self) -> None:
        self._turn_to(self._skeleton)
