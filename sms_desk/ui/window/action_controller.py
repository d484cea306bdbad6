"""What is done to conversations, one or all that match; each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from sms_desk.domain import commands as c
from sms_desk.domain.changes import Thing
from sms_desk.domain.plain_text import display_name
from sms_desk.services import directory
from sms_desk.services.executor import Done
from sms_desk.services.rows import PersonRow, UndoOffer
from sms_desk.ui.inbox import Targets
from sms_desk.ui.widgets.toast import Toast
from sms_desk.ui.widgets.words import tr
from sms_desk.ui.window import offers
from sms_desk.ui.window.conversations import ConversationsPage
from sms_desk.ui.window.rail_controller import Surroundings
from sms_desk.ui.window.tag_picker import TagPicker
from sms_desk.ui.window.thread_controller import ThreadController
from sms_desk.ui.window.ties import Ties

_ONE: Final = "1 conversation"
"""How a label of the services counts a single one."""


class ActionController(QObject):
    """Turns wishes of list, head and context into commands."""

    def __init__(
        self, page: ConversationsPage, thread: ThreadController, toast: Toast, ties: Ties
    ) -> None:
        super().__init__(page)
        self._page = page
        self._thread = thread
        self._toast = toast
        self._doors = ties.doors
        self._clock = ties.clock
        self._reader = ties.reader
        self._around: Surroundings | None = None
        page.inbox.action_requested.connect(self.act)
        ties.doors.done.connect(self._on_done)
        toast.undo_requested.connect(self._on_undo_requested)
        self._connect_head()
        self._connect_context()

    def _connect_head(self) -> None:
        head = self._page.column.head
        head.assign_requested.connect(lambda owner: self._on_open_one(self._assign, owner))
        head.reassign_requested.connect(lambda: self._on_open_one(self._reassign))
        head.snooze_requested.connect(lambda until: self._on_open_one(self._snooze, until))
        head.close_requested.connect(lambda: self._on_open_one(self._close))
        head.reopen_requested.connect(lambda: self._on_open_one(self._reopen))
        head.mark_unread_requested.connect(lambda: self._on_open_one(self._mark_unread))
        head.pin_requested.connect(lambda on: self._on_open_one(self._pin, on))
        head.mute_requested.connect(lambda on: self._on_open_one(self._mute, on))
        head.take_over_requested.connect(self._on_take_over)
        head.release_requested.connect(self._on_release)
        head.keep_requested.connect(self._on_keep)
        head.rebind_requested.connect(self._on_rebind)

    def _connect_context(self) -> None:
        context = self._page.context
        context.rename_requested.connect(self._on_renamed)
        context.tag_add_requested.connect(
            lambda id_, name: self._on_open_one(self._add_tag, id_, name)
        )
        context.tag_remove_requested.connect(lambda id_: self._on_open_one(self._remove_tag, id_))
        context.contact_owner_requested.connect(self._on_contact_owner)

    # --- from outside ----------------------------------------------------------------------------

    def set_surroundings(self, read: Surroundings) -> None:
        """People and tags for the menus."""
        self._around = read

    def people(self) -> tuple[PersonRow, ...]:
        """Everybody, as last read."""
        return self._around.people if self._around else ()

    @Slot(str, object)
    def act(self, name: str, targets: Targets) -> None:
        """assign | reassign | close | snooze | tag | mark_unread | pin | mute | reopen, on these."""
        self._page.inbox.settle()
        meant = c.Targets(targets.ids if targets.matching is None else (), targets.matching)
        match name:
            case "assign":
                self._pop_up(self._assign_menu(meant), meant)
            case "reassign":
                self._reassign(meant)
            case "snooze":
                self._pop_up(self._snooze_menu(meant), meant)
            case "tag":
                self._tag_picker(meant).pop_up(self._near(meant))
            case "close":
                self._close(meant)
            case "reopen":
                self._reopen(meant)
            case "mark_unread":
                self._mark_unread(meant)
            case "pin":
                self._pin(meant, True)
            case "mute":
                self._mute(meant, True)

    def act_here(self, name: str) -> None:
        """The same on what is selected, or else on the conversation that stands open; on this one
        alone from among its messages."""
        targets = self._page.inbox.targets()
        opened = self._thread.conversation_id()
        in_messages = self._page.column.thread_view.messages().hasFocus()
        if opened is not None and (in_messages or not targets):
            targets = Targets((opened,))
        if targets:
            self.act(name, targets)

    def undo_last(self) -> None:
        """Take back the newest thing of one's own that can be."""
        self._doors.read(self, directory.undo_offer, then=self._on_undo_offer)

    # --- commands --------------------------------------------------------------------------------

    def _close(self, targets: c.Targets) -> None:
        self._leaving(targets, c.Close(**self._doors.stamp(), targets=targets))

    def _reopen(self, targets: c.Targets) -> None:
        self._give(c.Reopen(**self._doors.stamp(), targets=targets))

    def _snooze(self, targets: c.Targets, until: datetime) -> None:
        self._leaving(targets, c.Snooze(**self._doors.stamp(), targets=targets, until=until))

    def _assign(self, targets: c.Targets, owner_id: UUID | None) -> None:
        self._give(c.Assign(**self._doors.stamp(), targets=targets, owner_id=owner_id))

    def _reassign(self, targets: c.Targets) -> None:
        from sms_desk.ui.reassign import ReassignDialog  # seldom wanted

        ReassignDialog(self._doors, targets, self._page.window()).open()

    def _add_tag(self, targets: c.Targets, tag_id: UUID | None, name: str) -> None:
        id_ = tag_id or self._doors.new_id()
        self._give(c.AddTag(**self._doors.stamp(), targets=targets, tag_id=id_, name=name))

    def _remove_tag(self, targets: c.Targets, tag_id: UUID) -> None:
        self._give(c.RemoveTag(**self._doors.stamp(), targets=targets, tag_id=tag_id))

    def _mark_unread(self, targets: c.Targets) -> None:
        opened = self._thread.conversation_id()
        if opened is not None and (opened in targets.ids or targets.matching is not None):
            self._thread.close()  # what stands open would be read again at once
        self._give(c.MarkUnread(**self._doors.stamp(), targets=targets))

    def _pin(self, targets: c.Targets, on: bool) -> None:
        self._give(c.Pin(**self._doors.stamp(), targets=targets, on=on))

    def _mute(self, targets: c.Targets, on: bool) -> None:
        self._give(c.Mute(**self._doors.stamp(), targets=targets, on=on))

    def _give(self, command: c.Command, then: Callable[[Done], None] | None = None) -> None:
        self._doors.change(self, command, then=then)

    def _leaving(self, targets: c.Targets, command: c.Command) -> None:
        """The conversations leave the list; the person goes on with the next one."""
        opened = self._thread.conversation_id()
        moves_on = opened is not None and (opened in targets.ids or targets.matching is not None)
        following = self._following(targets) if moves_on else None

        def go_on(_done: Done) -> None:
            if not moves_on or self._thread.conversation_id() != opened:
                return
            if following is None:
                self._thread.close()
            else:
                self._page.inbox.select(following)
                self._thread.open(following)

        self._give(command, go_on)

    def _following(self, targets: c.Targets) -> UUID | None:
        """The conversation after the last of those that leave, or the one before them."""
        ids = self._page.inbox.shown_ids()
        if targets.matching is not None:
            return None
        places = [at for at, id_ in enumerate(ids) if id_ in targets.ids]
        if not places:
            return None
        after = ids[places[-1] + 1 :]
        before = ids[: places[0]]
        return after[0] if after else before[-1] if before else None

    # --- menus -----------------------------------------------------------------------------------

    def _assign_menu(self, meant: c.Targets) -> QMenu:
        people = self.people()
        me = self._reader.person_id
        return offers.assign_menu(
            self._page,
            people,
            me,
            lambda owner: self._assign(meant, owner),
            lambda: self._reassign(meant),
        )

    def _snooze_menu(self, meant: c.Targets) -> QMenu:
        now, zone = self._clock(), self._reader.zone
        return offers.snooze_menu(self._page, now, zone, lambda until: self._snooze(meant, until))

    def _tag_picker(self, meant: c.Targets) -> TagPicker:
        tags = self._around.choices.tags if self._around else ()
        return TagPicker(
            self._tag_title(meant),
            tags,
            lambda id_, name: self._add_tag(meant, id_, name),
            self._page,
            several=_is_several(meant),
        )

    def _tag_title(self, meant: c.Targets) -> str:
        if meant.matching is not None:
            return tr("tag", "Add a tag to all that match")
        if _is_several(meant):
            return tr("tag", "Add a tag to %n conversation(s)", len(meant.ids))
        return tr("tag", "Add a tag")

    def _pop_up(self, menu: QMenu, meant: c.Targets) -> None:
        offers.pop_up(menu, self._near(meant), ready=not _is_several(meant))

    def _near(self, meant: c.Targets) -> QPoint:
        """Beside the row that is meant, where the eyes are; at the pointer where none is in sight."""
        one = meant.ids[0] if len(meant.ids) == 1 else None
        return self._page.row_corner(one) or QCursor.pos()

    # --- what happened ---------------------------------------------------------------------------

    def _on_open_one(self, act: Callable[..., None], *values: Any) -> None:
        opened = self._thread.conversation_id()
        if opened is not None:
            act(c.Targets.one(opened), *values)

    @Slot()
    def _on_take_over(self) -> None:
        opened = self._thread.conversation_id()
        if opened is not None:
            self._give(c.TakeOver(**self._doors.stamp(), conversation_id=opened))

    @Slot()
    def _on_release(self) -> None:
        opened = self._thread.conversation_id()
        if opened is not None:
            self._give(c.ReleaseAutomation(**self._doors.stamp(), conversation_id=opened))

    @Slot()
    def _on_keep(self) -> None:
        """Not the absent owner's any more when they are back (R27)."""
        opened = self._thread.conversation_id()
        if opened is not None:
            targets = c.Targets.one(opened)
            self._give(c.TakeFromCover(**self._doors.stamp(), targets=targets))

    @Slot(object)
    def _on_rebind(self, program_id: UUID | None) -> None:
        opened = self._thread.conversation_id()
        if opened is not None:
            stamp = self._doors.stamp()
            self._give(c.RebindSource(**stamp, conversation_id=opened, program_id=program_id))

    @Slot(object, str)
    def _on_renamed(self, contact_id: UUID, name: str) -> None:
        self._give(c.RenameContact(**self._doors.stamp(), contact_id=contact_id, name=name))

    @Slot(object)
    def _on_contact_owner(self, owner_id: UUID | None) -> None:
        detail = self._thread.detail()
        if detail is not None:
            contact_id = detail.row.contact_id
            self._give(
                c.SetContactOwner(**self._doors.stamp(), contact_id=contact_id, owner_id=owner_id)
            )

    @Slot(object)
    def _on_done(self, done: Done) -> None:
        if done.repeated or not (done.count or done.changes.touched):
            return  # nothing became different
        words = self._named(done)
        if done.undo is not None and (done.count or done.waits):
            self._toast.offer_undo(words, done.undo.command_id)
        elif words:
            self._toast.say(words)

    def _named(self, done: Done) -> str:
        """What was done; one conversation is called by its contact."""
        ids = done.changes.touched.get(Thing.CONVERSATION, frozenset())
        if len(ids) != 1:
            return done.label
        (id_,) = ids
        detail = self._thread.detail()
        row = self._page.inbox.row(id_)
        if row is None and detail is not None and detail.row.id == id_:
            row = detail.row
        name = display_name(row.contact_name or row.peer, 40) if row is not None else ""
        return done.label.replace(_ONE, name) if name else done.label

    @Slot(object)
    def _on_undo_requested(self, command_id: UUID) -> None:
        self._page.column.composer.expect_again()
        self._doors.undo(self, command_id)

    def _on_undo_offer(self, offer: UndoOffer | None) -> None:
        if offer is None:
            self._toast.say(tr("undo", "There is nothing to undo."))
        else:
            self._on_undo_requested(offer.command_id)


def _is_several(meant: c.Targets) -> bool:
    return meant.matching is not None or len(meant.ids) > 1
