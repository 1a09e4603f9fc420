"""The place of a finder of ours among those of ``sys.meta_path``."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder


class ImportHook:
    """Puts a finder right before Python's own, behind the import hooks of others, and takes it away again."""

    def __init__(self, finder: MetaPathFinder) -> None:
        self._finder = finder
        self._finders = sys.meta_path  # the list itself: somebody may put another in its place, and take it away again

    @property
    def is_installed(self) -> bool:
        """Whether the import system asks the finder now."""
        return self._finder in sys.meta_path

    def install(self) -> None:
        """Put it there, once."""
        self._finders = finders = sys.meta_path
        if self._finder not in finders:
            finders.insert(finders.index(PathFinder) if PathFinder in finders else len(finders), self._finder)

    def uninstall(self) -> None:
        """Take it away."""
        for finders in (self._finders, sys.meta_path):
            while self._finder in finders:
                finders.remove(self._finder)
