"""Fixtures of the tests that look at the plugin from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.plugin.pytest_runs import PytestRuns


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PytestRuns]:
    """Starts runs of pytest, each in a process of its own."""
    if not hasattr(os, "fork"):
        pytest.skip("the runs are forks")
    started = PytestRuns(tmp_path_factory.mktemp("runs").resolve())
    yield started
    started.close()
