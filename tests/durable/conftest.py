"""A running app with durable functions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pytest_azfunc import Host
from tests.durable.durable_app import MakeHost, write_app

pytest.importorskip("azure.durable_functions")


@pytest.fixture
def open_host(tmp_path: Path) -> Iterator[MakeHost]:
    """Opens an app of the given functions, beside those that each app has."""
    with ExitStack() as stack:
        yield lambda body: stack.enter_context(Host.open(write_app(tmp_path / "app", body)))
