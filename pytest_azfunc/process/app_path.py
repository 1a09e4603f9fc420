"""What an app's code adds to ``sys.path``: there while it runs, and gone afterwards."""

from __future__ import annotations

import sys


class AppPath:
    """The folders that the app's code has put at the two ends of ``sys.path``."""

    def __init__(self) -> None:
        self._test_path: list[str] = []
        self._added: tuple[list[str], list[str]] = ([], [])
        self._runs = False

    @property
    def has_grown(self) -> bool:
        """Whether code of the app runs, and has folders of its own on the path."""
        return self._runs and sys.path != self._test_path

    def begin(self) -> None:
        """Code of the app is about to run: put there what it has added before."""
        self._test_path = sys.path[:]
        front, back = self._added
        if front or back:
            sys.path[:] = [*front, *self._test_path, *back]
        self._runs = True

    def end(self) -> None:
        """Code of the app has run: put ``sys.path`` back, and remember what was added."""
        self._runs = False
        if sys.path == self._test_path:
            return
        known = set(self._test_path)
        first = next((index for index, path in enumerate(sys.path) if path in known), len(sys.path))
        front, back = sys.path[:first], [path for path in sys.path[first:] if path not in known]
        self._added = list(dict.fromkeys(front)), list(dict.fromkeys(back))
        sys.path[:] = self._test_path

    def forget(self) -> None:
        """Drop what was added, as a new worker process would."""
        self._added = ([], [])
