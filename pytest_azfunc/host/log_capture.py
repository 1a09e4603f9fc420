"""The log records of an invocation, made for assertions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

__tracebackhide__ = True

_FORMATTER = logging.Formatter("%(levelname)-8s %(name)s: %(message)s")
_LINE_FORMATTER = logging.Formatter("%(message)s")

Filter = Callable[[logging.LogRecord], bool]


# "str" is there for type checkers: `"text" in logs` is the point of it. Items are records only.
class LogCapture(Sequence["logging.LogRecord | str"]):
    """What a function logged, in order: a sequence of :class:`logging.LogRecord`.

    ``"charged" in result.logs`` looks for the text in the messages. Records of threads that outlive the invocation
    are added as they come.
    """

    def __init__(
        self,
        records: Sequence[logging.LogRecord] = (),
        reaches_console: Filter | None = None,
        *,
        select: Filter | None = None,
    ) -> None:
        self._source = records
        self._reaches_console = reaches_console
        self._select = select

    @property
    def records(self) -> list[logging.LogRecord]:
        """The records, as a list of its own."""
        records = list(self._source)
        return records if self._select is None else [record for record in records if self._select(record)]

    @property
    def messages(self) -> list[str]:
        """The messages, formatted, without level and traceback."""
        return [record.getMessage() for record in self.records]

    @property
    def text(self) -> str:
        """Everything as text: level, logger and message on a line, tracebacks below."""
        return "\n".join(_FORMATTER.format(record) for record in self.records)

    @property
    def console(self) -> list[str]:
        """The lines that ``func start`` would print: those that host.json's ``logging.logLevel`` lets through."""
        return [
            line
            for record in self.records
            if self.reaches_console(record)
            for line in _LINE_FORMATTER.format(record).splitlines()
        ]

    def reaches_console(self, record: logging.LogRecord) -> bool:
        """Whether host.json's ``logging.logLevel`` lets a record through."""
        return self._reaches_console is None or self._reaches_console(record)

    def at(self, level: int | str) -> LogCapture:
        """The records of exactly this level, by number or name (``"WARNING"``, case ignored).

        :raises ValueError: there is no level of that name.
        """
        number = level if isinstance(level, int) else logging.getLevelName(level.upper())
        if not isinstance(number, int):
            names = "DEBUG, INFO, WARNING, ERROR, CRITICAL"
            raise ValueError(f"{level!r} is no log level; logging knows {names}")
        return self._narrow(lambda record: record.levelno == number)

    def from_logger(self, name: str) -> LogCapture:
        """The records of the logger *name* and of its children; ``"root"`` is the root logger alone."""
        return self._narrow(lambda record: record.name == name or record.name.startswith(f"{name}."))

    def _narrow(self, condition: Filter) -> LogCapture:
        outer = self._select
        select = condition if outer is None else lambda record: outer(record) and condition(record)
        return LogCapture(self._source, self._reaches_console, select=select)

    def __contains__(self, item: object) -> bool:
        if isinstance(item, str):
            return any(item in message for message in self.messages) or item in self.text
        return item in self.records

    @overload
    def __getitem__(self, index: int) -> logging.LogRecord: ...

    @overload
    def __getitem__(self, index: slice) -> list[logging.LogRecord]: ...

    def __getitem__(self, index: int | slice) -> logging.LogRecord | list[logging.LogRecord]:
        return self.records[index]

    def __iter__(self) -> Iterator[logging.LogRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in self.records]
        return f"<LogCapture {lines}>" if lines else "<LogCapture: nothing was logged>"


class RecordsOfMany(Sequence[logging.LogRecord]):
    """The records of several captures, one after the other, looked up afresh each time."""

    def __init__(self, captures: Callable[[], Iterable[LogCapture]]) -> None:
        self._captures = captures

    def _records(self) -> list[logging.LogRecord]:
        return [record for capture in self._captures() for record in capture.records]

    def __iter__(self) -> Iterator[logging.LogRecord]:
        return iter(self._records())

    @overload
    def __getitem__(self, index: int) -> logging.LogRecord: ...

    @overload
    def __getitem__(self, index: slice) -> list[logging.LogRecord]: ...

    def __getitem__(self, index: int | slice) -> logging.LogRecord | list[logging.LogRecord]:
        return self._records()[index]

    def __len__(self) -> int:
        return len(self._records())
