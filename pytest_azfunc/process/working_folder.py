"""The current folder: the app's root while code of the app runs, and else where the test is."""

from __future__ import annotations

import os


class WorkingFolder:
    """Changes to the app's root and back: :meth:`enter`, :meth:`leave`. To do so is part of every invocation.

    A test that moves elsewhere while the host is open (``monkeypatch.chdir``) has its reasons, so the function follows.
    """

    def __init__(self, root: str) -> None:
        self._home = _current()
        self._root = root
        self._test: str | None = None
        # Both are kept open from the first change on, as it is quicker, and the way home is there even when it is gone.
        self._descriptors: tuple[int, int] | None = None
        self._may_be_kept_open = self._home is not None and os.chdir in os.supports_fd

    def enter(self) -> None:
        """Go to the app's root."""
        self._test = current = _current()
        if current != self._home:
            return
        if self._may_be_kept_open:
            self._keep_open()
        if self._root != current:
            os.chdir(self._descriptors[1] if self._descriptors else self._root)

    def leave(self) -> None:
        """Go back, wherever the app has gone meanwhile."""
        if self._test is None:
            return
        if self._descriptors is not None and self._test == self._home:
            os.chdir(self._descriptors[0])
        else:
            os.chdir(self._test)

    def close(self) -> None:
        """Let go of the folders."""
        for descriptor in self._descriptors or ():
            os.close(descriptor)
        self._descriptors = None

    def _keep_open(self) -> None:
        self._may_be_kept_open = False
        opened: list[int] = []
        try:
            for folder in (self._home, self._root):
                opened.append(os.open(str(folder), os.O_RDONLY))
        except OSError:  # one of them may not be read
            for descriptor in opened:
                os.close(descriptor)
        else:
            self._descriptors = opened[0], opened[1]


def _current() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # the folder was deleted
        return None
