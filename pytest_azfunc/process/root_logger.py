"""The root logger: the worker's level and handler while code of the app runs, and what the app has set on it before."""

from __future__ import annotations

import logging
from typing import Any

from pytest_azfunc.process.loggers import set_root_level


class RootHandler(logging.Handler):
    """The handler that the worker has on the root logger. This one drops every record.

    :ivar floor: the worker's root level: below it nothing is recorded, unless the app itself sets another level.
    :ivar root_level: the root level that was in force when code of the app began to run.
    """

    def __init__(self, level: int = logging.INFO) -> None:
        super().__init__()
        self.floor = level
        self.root_level = level

    def handle(self, record: logging.LogRecord) -> bool:
        """Take note of a record."""
        return False


class RootLogger:
    """The worker's face of the root logger: :meth:`enter` puts it in place, :meth:`leave` the test's.

    What the app sets on the root logger is there again at the next :meth:`enter`.

    :ivar app_level: the level that the app has set; None when it has set none.
    :ivar app_handlers: the handlers that the app has added.
    :ivar app_filters: the filters that the app has added.
    :ivar threads: how many threads of the app run: while any does, the worker's face stays when a call has ended.
    """

    def __init__(self, handler: RootHandler, level: int) -> None:
        self.app_level: int | None = None
        self.app_handlers: list[logging.Handler] = []
        self.app_filters: list[Any] = []
        self.threads = 0
        self._handler = handler
        self._level = level
        # The lists themselves, and what was on them: somebody may put others in their place.
        self._handlers: list[logging.Handler] = []
        self._filters: list[Any] = []
        self._test_level: int = logging.NOTSET

    def enter(self) -> None:
        """Put the worker's level and handlers in place."""
        if _ENTERED and self in _ENTERED:  # for a thread of the app: the test may have changed its own since
            self._take_out()
        root, handler = logging.root, self._handler
        handlers, filters = root.handlers, root.filters
        self._test_handlers, self._test_filters = handlers[:], filters[:]
        self._test_level = _ENTERED[-1]._test_level if _ENTERED else root.level
        app_level = self.app_level
        # A test may have lowered the level (caplog.set_level); it may not silence what Azure would record.
        self._entered_level = entered = min(self._test_level, self._level) if app_level is None else app_level
        self._handlers, self._filters = handlers, filters
        _ENTERED.append(self)  # from now on there is something to be taken back
        if entered != root.level:
            set_root_level(entered)
        handler.root_level = entered
        handler.floor = self._level if app_level is None else app_level
        handlers.append(handler)
        if self.app_handlers:
            handlers.extend(self.app_handlers)
        if self.app_filters:
            filters.extend(self.app_filters)

    def leave(self, is_alone: bool = True) -> None:
        """Put the test's back, unless a thread of the app runs yet. A second call does nothing.

        :param is_alone: whether nobody but the app can have changed anything meanwhile: then it is remembered what that
            has set, and else only our own is taken out.
        """
        if self in _ENTERED:
            if is_alone and len(_ENTERED) == 1:
                self._put_back()
                _ENTERED.remove(self)
            else:
                self._take_out()
        if self.threads:
            self.enter()

    def _put_back(self) -> None:
        """Put everything back as it was, and note what the app has set."""
        root, before, filters_before = logging.root, self._test_handlers, self._test_filters
        level, handlers, filters = root.level, root.handlers, root.filters
        if level != self._entered_level:
            self.app_level = level
        if self.app_handlers or len(handlers or ()) != len(before) + 1:
            ours = (*before, self._handler)
            self.app_handlers = [each for each in handlers or () if each not in ours]
        if self.app_filters or len(filters or ()) != len(filters_before):
            self.app_filters = [each for each in filters or () if each not in filters_before]
        if level != self._test_level:
            set_root_level(self._test_level)
        self._handlers[:], self._filters[:] = before, filters_before
        # Somebody may have put others in the place of the lists that we have changed.
        if handlers is not self._handlers and isinstance(handlers, list):
            handlers[:] = before
        if filters is not self._filters and isinstance(filters, list):
            filters[:] = filters_before

    def _take_out(self) -> None:
        """Take out what is ours, and leave the rest as it is."""
        root = logging.root
        below = [other for other in _ENTERED if other is not self]
        if root.level == self._entered_level:
            set_root_level(below[-1]._entered_level if below else self._test_level)
        for handlers in (self._handlers, root.handlers, *(other._test_handlers for other in below)):
            _remove(handlers, (self._handler, *self.app_handlers))
        for filters in (self._filters, root.filters, *(other._test_filters for other in below)):
            _remove(filters, self.app_filters)
        _ENTERED.remove(self)


# Whose code runs now, of several hosts.
_ENTERED: list[RootLogger] = []


def _remove(present: Any, ours: Any) -> None:
    if isinstance(present, list):
        for each in ours:
            if each in present:
                present.remove(each)
