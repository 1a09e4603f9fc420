"""What it costs to read a large app from disk."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from app_factory import write_large_app

from pytest_azfunc import Project


@pytest.fixture(scope="module")
def large_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_large_app(tmp_path_factory.mktemp("large"), 1000)


def read_and_parse(root: Path) -> int:
    """The least that anyone can do: list the folders, read and parse every function.json."""
    count = 0
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.is_dir():
                with open(os.path.join(entry.path, "function.json"), "rb") as file:
                    json.loads(file.read())
                count += 1
    return count


@pytest.mark.parametrize("way", ["reading and parsing", "Project.load"])
def test_discovery(benchmark: Any, large_app: Path, way: str) -> None:
    benchmark.group = "discover 1,000 functions"
    if way == "reading and parsing":
        assert benchmark(read_and_parse, large_app) == 1000
    else:
        assert len(benchmark(Project.load, large_app).functions) == 1000
