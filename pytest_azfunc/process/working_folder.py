"""The current folder: the app's root while code of the app runs, and else where the test is."""

from __future__ import annotations

import os
from contextlib import suppress

from pytest_azfunc.process.undoing import undo


class WorkingFolder:
    """Changes to the app's root and back: :meth:`enter`, :meth:`leave`. To do so is part of every invocation.

    A test that moves elsewhere while the host is open (``monkeypatch.chdir``) has its reasons, so the function follows.
    """

    def __init__(self, root: str) -> None:
        self._home = _current()
        self._root = root
        self._way_back: str | int | None = None  # while it is entered
        self._made = ""
        # Both are kept open from the first change on, as it is quicker, and the way home is there even when it is gone.
        self._kept_open: list[int] = []
        self._may_be_kept_open = self._home is not None and os.chdir in os.supports_fd
        self._lost: list[int] = []

    def enter(self) -> None:
        """Go to the app's root."""
        if self._way_back is not None:  # it could not go back the last time
            _ENTERED.remove(self)
        elif _ENTERED:  # another host's code runs: the test is where that one will go back to
            self._way_back = _ENTERED[-1]._way_back
        elif (current := _current()) is None:
            self._way_back = self._open_lost_folder()
        elif current == self._home:
            if self._may_be_kept_open:
                self._keep_open()
            self._way_back = self._kept_open[0] if self._kept_open else current
        else:
            self._way_back = self._made = current
            _ENTERED.append(self)
            return
        if self._way_back is not None:
            self._made = self._root
            _ENTERED.append(self)
            if self._root != self._home or len(_ENTERED) > 1:
                os.chdir(self._kept_open[1] if self._kept_open else self._root)

    def leave(self, is_alone: bool = True) -> None:
        """Go back. A second call does nothing.

        :param is_alone: whether nobody but the app can have gone elsewhere meanwhile.
        """
        if self._way_back is None:
            return
        if len(_ENTERED) > 1:
            if _ENTERED[-1] is self and _current() == self._made:
                os.chdir(_ENTERED[-2]._made)
        elif is_alone or _current() == self._made:
            os.chdir(self._way_back)
        if self in _ENTERED:
            _ENTERED.remove(self)
        self._way_back = None
        while self._lost:
            os.close(self._lost.pop())

    def close(self) -> None:
        """Let go of the folders."""
        undo([self._close_one] * len(self._kept_open))

    def _close_one(self) -> None:
        if self._kept_open:
            os.close(self._kept_open.pop())

    def _open_lost_folder(self) -> int | None:
        """The way back to a folder that has no name any more; None where there is none, and nobody can go away."""
        if os.chdir in os.supports_fd:
            with suppress(OSError):
                self._lost.append(os.open(".", os.O_RDONLY))
                return self._lost[-1]
        return None

    def _keep_open(self) -> None:
        self._may_be_kept_open = False
        try:
            for folder in (self._home, self._root):
                self._kept_open.append(os.open(str(folder), os.O_RDONLY))
        except BaseException as error:
            self.close()
            if not isinstance(error, OSError):  # one of them may not be read
                raise


# Whose code runs now, of several hosts: the folder is that of the last.
_ENTERED: list[WorkingFolder] = []


def _current() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # the folder was deleted
        return None
