"""Which test files and tests take part: those that use a fixture of ours, the mark or the package.

A test file takes part by its text, or that of a conftest.py above it: when it imports the package, uses the mark, or
asks for a fixture that, as pytest would resolve its name there, is ours or in turn asks for ours.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_azfunc.plugin.asked_for import NO_TESTS, Asked, Names, asked_for
from pytest_azfunc.plugin.given_values import hook_gives
from pytest_azfunc.plugin.known_fixtures import KnownFixtures
from pytest_azfunc.plugin.star_imports import fixtures_of_stars


class TakingPart:
    """Which files and tests of a session take part.

    :ivar known: the fixtures that pytest knows.
    """

    def __init__(self, session: pytest.Session, ours: frozenset[str]) -> None:
        self.known = KnownFixtures(session, ours)
        config = session.config
        self._names = Names(tuple(config.getini("python_functions")), tuple(config.getini("python_classes")))
        self._files: dict[Path, bool] = {}
        self._conftests: dict[bytes, Asked] = {}

    def file(self, collector: pytest.File, texts: tuple[bytes, ...]) -> bool:
        """Whether a test file takes part.

        :param texts: its text, and those of every conftest.py above it.
        """
        found = self._files.get(collector.path)
        if found is None:
            found = self._files[collector.path] = self._look(collector, *texts)
        return found

    def _look(self, collector: pytest.File, text: bytes, *conftests: bytes) -> bool:
        file = asked_for(text, self._names if self.known.are_tests_in(collector) else NO_TESTS)
        every = [file, *map(self._by_conftest, conftests)]
        if any(asked.by_name for asked in every):
            return True
        imported = fixtures_of_stars(file.stars, os.path.dirname(collector.path))
        own = file.own | imported
        names = {name for asked in every[1:] for name in asked.fixtures} - own
        names.update(file.fixtures - imported - self._given_by_hooks(collector, file.fixtures & self.known.ours))
        names.update(self.known.used_by_all(collector))
        return self.known.lead_to_ours(names, collector, own)

    def _given_by_hooks(self, collector: pytest.File, names: frozenset[str]) -> set[str]:
        """Those of the names that hooks of plugins and of each conftest.py parametrize tests with."""
        sources = self.known.sources_of_parametrizing(collector) if names else ()
        return {name for source in sources if any(n in source for n in names) for name in hook_gives(source)}

    def _by_conftest(self, text: bytes) -> Asked:
        found = self._conftests.get(text)
        if found is None:
            found = self._conftests[text] = asked_for(text, NO_TESTS)
        return found

    def item(self, item: pytest.Item) -> bool:
        """Whether a test takes part: its file does, or it was found out late that the test itself does."""
        return self._files.get(item.path, False) or self._is_marked(item) or self._asks(item)

    def _is_marked(self, item: pytest.Item) -> bool:
        return "azfunc" in item.keywords and item.get_closest_marker("azfunc") is not None

    def _asks(self, item: pytest.Item) -> bool:
        names = self.known.ours.intersection(getattr(item, "fixturenames", ()))
        if names and hasattr(item, "callspec"):
            names -= item.callspec.params.keys()  # values, no fixtures
        return bool(names) and self.known.lead_to_ours(names, item)
