"""The fixtures that pytest knows: whose a name is at a place, and where ours stand among them.

All private names of pytest that this plugin uses are in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from inspect import getsource, signature
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from _pytest.pathlib import fnmatch_ex

_OURS = "pytest_azfunc.plugin.fixtures"


class KnownFixtures:
    """What pytest would give to who asks for a fixture by its name.

    :ivar ours: the names of our fixtures, which pytest knows from when a file takes part.
    """

    def __init__(self, session: pytest.Session, ours: frozenset[str]) -> None:
        self.ours = ours
        self._session = session
        manager: Any = session.config.pluginmanager.get_plugin("funcmanage")
        self._manager = manager
        by_node = "node" in signature(manager.getfixturedefs).parameters  # the node's id before pytest 8.1
        self._place: Callable[[pytest.Collector | pytest.Item], Any] = (
            (lambda node: node) if by_node else (lambda node: node.nodeid)
        )

    def lead_to_ours(
        self, names: Collection[str], node: pytest.Collector | pytest.Item, own: Collection[str] = ()
    ) -> bool:
        """Whether one of the names means a fixture of ours at a node, or one that in turn asks for ours.

        :param own: names of the fixtures that the file at the node defines, and that are not known yet.
        """
        return _Search(self, node, own).leads(names)

    def definitions(self, name: str, node: pytest.Collector | pytest.Item) -> list[Any]:
        """The fixtures of others with that name that are visible at a node, the closest first."""
        found: Sequence[Any] = self._manager.getfixturedefs(name, self._place(node)) or ()
        return [one for one in reversed(found) if not _is_ours(one)]

    def stand_ins(self, item: pytest.Item) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The fixtures of others that bear a name of ours at a test that asks for it, and do not ask for ours."""
        for name in sorted(self.ours.intersection(getattr(item, "fixturenames", ()))):
            others = self.definitions(name, item)
            if others and not self.lead_to_ours({name}, item):
                yield name, others[0].func

    def used_by_all(self, node: pytest.Collector) -> list[str]:
        """The fixtures that each test below a node uses without asking: autouse ones, and those of the ini."""
        return list(self._manager._getautousenames(self._place(node)))

    def are_tests_in(self, collector: pytest.File) -> bool:
        """Whether pytest looks for test functions in a file: not for doctests, or for what a hook collects."""
        if type(collector).__name__ == "DoctestModule":
            return collector.session.isinitpath(collector.path) or self._is_test_file(collector.path)
        return isinstance(collector, pytest.Module)

    def _is_test_file(self, path: Path) -> bool:
        return any(fnmatch_ex(pattern, path) for pattern in self._session.config.getini("python_files"))

    def sources_of_parametrizing(self, collector: pytest.File) -> Iterator[str]:
        """The sources of the hooks that may parametrize the tests of a file, as far as they can be read."""
        for hook in collector.ihook.pytest_generate_tests.get_hookimpls():
            if not str(getattr(hook.function, "__module__", "")).startswith("_pytest."):
                with suppress(OSError, TypeError, SyntaxError, IndentationError):
                    yield dedent(getsource(hook.function))

    def put_ours_last(self) -> None:
        """Let every other fixture win against one of ours of the same name, in whatever order they came."""
        for found, first in self._tables():
            ours = [one for one in found if _is_ours(one)]
            if ours and len(ours) < len(found):
                others = [one for one in found if not _is_ours(one)]
                found[:] = [*ours, *others] if first else [*others, *ours]

    def _tables(self) -> Iterator[tuple[list[Any], bool]]:
        """The fixtures of each of our names, and whether the least specific comes first."""
        manager = self._manager
        for name in self.ours:
            if hasattr(manager, "_arg2node2fixturedefs"):  # from pytest 9.1 on
                yield manager._arg2node2fixturedefs.get(name, {}).get(self._session, []), False
            else:
                yield manager._arg2fixturedefs.get(name, []), True


class _Search:
    """Follows fixtures to the fixtures that they ask for."""

    def __init__(self, known: KnownFixtures, node: pytest.Collector | pytest.Item, own: Collection[str]) -> None:
        self._known = known
        self._node = node
        self._own = own
        self._seen: set[tuple[str, int]] = set()

    def leads(self, names: Collection[str]) -> bool:
        return any(self._leads(name, 0) for name in names)

    def _leads(self, name: str, number: int) -> bool:
        """Whether the fixture that is *number* fixtures of that name further out leads to ours."""
        if (name, number) in self._seen:
            return False
        self._seen.add((name, number))
        others = self._known.definitions(name, self._node)
        if number >= len(others):
            return name in self._known.ours
        for asked in _asked_by(others[number], self._known.ours):
            if asked == name:  # the one that it stands in for
                if self._leads(name, number + 1):
                    return True
            elif asked not in self._own and self._leads(asked, 0):
                return True
        return False


def _asked_by(definition: Any, ours: frozenset[str]) -> set[str]:
    """The fixtures that a fixture asks for, by argument or by name."""
    names = set(definition.argnames)
    code = getattr(definition.func, "__code__", None)
    if code is not None and "getfixturevalue" in code.co_names:
        names.update(ours.intersection(code.co_consts))
    return names


def _is_ours(definition: Any) -> bool:
    return getattr(definition.func, "__module__", None) == _OURS
