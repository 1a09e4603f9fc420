"""App settings that are in ``os.environ`` only while a module of the app is imported."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager


class LentSettings:
    """Settings for the code of modules, when they are imported while no host is open.

    :ivar values: what is lent; a variable that is set already stays as it is.
    """

    def __init__(self) -> None:
        self.values: Mapping[str, str] = {}
        self._lock = threading.RLock()
        self._depth = 0
        self._environment: MutableMapping[str, str] = {}
        self._lent: dict[str, str] = {}

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """While the block runs, the settings are in ``os.environ``. May nest, on several threads too.

        What the block itself has set, or removed, stays as it has left it.
        """
        if not self.values and not self._depth:
            yield
            return
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        with self._lock:
            self._depth += 1
            if self._depth > 1:
                return
            self._environment = os.environ  # which a test may replace meanwhile
            for name, value in self.values.items():
                if name not in self._environment:
                    self._lent[name] = value
                    self._environment[name] = value

    def _end(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth:
                return
            while self._lent:
                name, value = self._lent.popitem()
                if self._environment.get(name) == value:
                    del self._environment[name]
            self._environment = {}
