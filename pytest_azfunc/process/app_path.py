"""``sys.path`` while an app is in place: its root, and what its code adds, which is there only while that runs."""

from __future__ import annotations

import sys


class AppPath:
    """The folders of an app, and those that its code has put at the two ends of ``sys.path``."""

    def __init__(self) -> None:
        self._test_path: list[str] = []
        self._added: tuple[list[str], list[str]] = ([], [])
        self._runs = False
        self._extended: list[str] = []  # the list that was extended: a test may put another into its place
        self._front: str | None = None
        self._back: str | None = None

    def extend(self, front: str | None, back: str) -> None:
        """Put the folders of the app to the ends of the path, if they are not there."""
        self._extended = path = sys.path
        if front is not None and front not in path:
            self._front = front
            path.insert(0, front)
        if back not in path:
            self._back = back
            path.append(back)

    def shorten(self) -> None:
        """Take them away again, and nothing that others have put there."""
        front, back = self._front, self._back
        for path in (sys.path,) if sys.path is self._extended else (sys.path, self._extended):
            if front is not None and front in path:
                path.remove(front)
            if back is not None and back in path:
                del path[len(path) - 1 - path[::-1].index(back)]
        self._front = self._back = None  # last: after an interrupt it is all done once more
        self._extended = []

    @property
    def has_grown(self) -> bool:
        """Whether code of the app runs, and has folders of its own on the path."""
        return self._runs and sys.path != self._test_path

    def begin(self) -> None:
        """Code of the app is about to run: put there what it has added before."""
        self._test_path = sys.path[:]
        self._runs = True
        front, back = self._added
        if front or back:
            sys.path[:] = [*front, *self._test_path, *back]

    def end(self, is_alone: bool = True) -> None:
        """Code of the app has run: put ``sys.path`` back, and remember what was added.

        :param is_alone: whether nobody but the app can have changed it meanwhile; else only what was added before is
            taken out.
        """
        if not self._runs:
            return
        if not is_alone:
            self._runs = False
            for path in (*self._added[0], *self._added[1]):
                if path in sys.path:
                    sys.path.remove(path)
            return
        if sys.path == self._test_path:
            self._runs = False
            return
        known = set(self._test_path)
        first = next((index for index, path in enumerate(sys.path) if path in known), len(sys.path))
        front, back = sys.path[:first], [path for path in sys.path[first:] if path not in known]
        self._added = list(dict.fromkeys(front)), list(dict.fromkeys(back))
        sys.path[:] = self._test_path
        self._runs = False

    def forget(self) -> None:
        """Drop what was added, as a new worker process would."""
        self._added = ([], [])
