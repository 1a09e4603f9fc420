"""The lines below "collected 7 items" that say which apps the tests are about. Registered when there is one."""

from __future__ import annotations

import os

import pytest

from pytest_azfunc.plugin.choice import apps_so_far
from pytest_azfunc.plugin.marks import lenient_arguments

NAME = "azfunc-header"
_MOST = 5


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    apps = apps_so_far(config)
    if apps is None or config.get_verbosity() < 0 or config.getoption("no_header"):
        return []
    for item in items:
        mark = lenient_arguments(item)
        if "project" in mark:  # of others the app was found when the file was imported
            apps.is_found(os.path.dirname(item.path), mark)
    lines = apps.lines()
    more = len(lines) - _MOST
    return [*lines[:_MOST], f"azfunc: and {more} more apps"] if more > 0 else lines
