"""The root logger: the worker's level and handler while code of the app runs, and what the app has set on it before."""

from __future__ import annotations

import logging

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
    """

    def __init__(self, handler: RootHandler, level: int) -> None:
        self.app_level: int | None = None
        self.app_handlers: list[logging.Handler] = []
        self._handler = handler
        self._level = level

    def enter(self) -> None:
        """Put the worker's level and handlers in place."""
        root, handler = logging.root, self._handler
        self._test_level, self._test_handlers = root.level, root.handlers[:]
        app_level = self.app_level
        # A test may have lowered the level (caplog.set_level); it may not silence what Azure would record.
        entered = min(self._test_level, self._level) if app_level is None else app_level
        if entered != self._test_level:
            set_root_level(entered)
        self._entered_level = handler.root_level = entered
        handler.floor = self._level if app_level is None else app_level
        root.handlers.append(handler)
        if self.app_handlers:
            root.handlers.extend(self.app_handlers)

    def leave(self) -> None:
        """Put the test's back, and remember what the app has set."""
        root = logging.root
        if root.level != self._entered_level:
            self.app_level = root.level
        if root.level != self._test_level:
            set_root_level(self._test_level)
        if len(root.handlers) != len(self._test_handlers) + 1 or self.app_handlers:
            ours = (*self._test_handlers, self._handler)
            self.app_handlers = [handler for handler in root.handlers if handler not in ours]
        root.handlers[:] = self._test_handlers
