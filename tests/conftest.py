"""Fixtures of the tests that look at the plugin from outside: a function app on disk, and a pytest session on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.function_app import FunctionApp, Session, Sessions, WarmPytest


@pytest.fixture
def app(pytester: pytest.Pytester) -> FunctionApp:
    """A function app in the folder ``app`` of a fresh directory; the test files lie beside it."""
    return FunctionApp(pytester.path / "app")


@pytest.fixture
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a session: pytest-azfunc and no other plugin but those that are asked for."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def warm_pytest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmPytest]:
    warm = WarmPytest(tmp_path_factory.mktemp("warm_pytest"))
    yield warm
    warm.close()


@pytest.fixture
def session(pytester: pytest.Pytester, warm_pytest: WarmPytest, _surroundings: None) -> Session:
    """Runs pytest in a process of its own."""
    return Session(pytester, warm_pytest)


@pytest.fixture
def sessions(pytester: pytest.Pytester, warm_pytest: WarmPytest, _surroundings: None) -> Sessions:
    """Runs pytest in many folders, each time in a process of its own."""
    return Sessions(pytester.path, warm_pytest)


# No test is about time. And the same examples in every run of the build; a developer's runs look for new ones. The
# profile `long`, chosen with HYPOTHESIS_PROFILE, tries many more: one environment of the build runs it.
for _name, _examples in {"short": 50, "long": 300}.items():
    settings.register_profile(_name, deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=_examples)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "short")
