"""Fixtures of the tests that look at the plugin from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.plugin.pytest_runs import PytestRuns

# What a host imports anyway. It watches the import of requests, so that is not here.
LIBRARIES = ("asyncio", "azure.functions", "werkzeug.serving")


def _started(factory: pytest.TempPathFactory, *modules: str) -> Iterator[PytestRuns]:
    if not hasattr(os, "fork"):
        pytest.skip("the runs are forks")
    runs = PytestRuns(factory.mktemp("runs").resolve(), *modules)
    yield runs
    runs.close()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PytestRuns]:
    """Starts runs of pytest, each in a process of its own that has imported pytest and nothing else."""
    yield from _started(tmp_path_factory)


@pytest.fixture(scope="session")
def warm_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PytestRuns]:
    """The same, with the libraries imported that a host needs, for runs that use the plugin."""
    yield from _started(tmp_path_factory, *LIBRARIES)
