"""An ordinary decorator between two of the app's, and what else stands behind a function that hides the others."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_azfunc import Project

HEAD = """
import functools
import azure.functions as func

app = func.FunctionApp()

def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

def bare(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

@app.route()
def other(req): ...
"""
OUTPUT = "@app.queue_output(arg_name='out', queue_name='q', connection='C')"
BETWEEN = (
    "An ordinary decorator stands between two of the app's, so that they declare two functions: "
    "write it below all of them, next to the def."
)


def failure(folder: Path, *lines: str) -> tuple[str | None, str, tuple[str, ...]]:
    """The name of the culprit, the hint, and the functions that are lost with it."""
    (folder / "host.json").write_text('{"version": "2.0"}', encoding="utf-8")
    script = "\n".join([dedent(HEAD), *lines, ""])
    (folder / "function_app.py").write_text(script, encoding="utf-8")
    found = Project.load(folder).failure
    assert found is not None
    return found.function, found.hint, found.lost


@pytest.mark.parametrize(
    "decorators",
    [
        ["@app.route()", "@timed", OUTPUT],
        ["@app.route()", "@bare", OUTPUT],
        ["@app.route()", "@timed", "@timed", OUTPUT],
        ["@app.route()", "@timed", "@bare", OUTPUT],
        [OUTPUT, "@timed", "@app.route()"],
        ["@app.route()", "@timed", "@app.function_name('declared')"],
    ],
    ids=" ".join,
)
def test_a_decorator_in_between(tmp_path: Path, decorators: list[str]) -> None:
    name = "declared" if "declared" in decorators[-1] else "function"
    assert failure(tmp_path, *decorators, "def function(req, out): ...") == (name, BETWEEN, ("other",))


def test_no_trigger_at_all(tmp_path: Path) -> None:
    hint = "Add the decorator of a trigger, such as @app.route() or @app.queue_trigger(...)."
    assert failure(tmp_path, OUTPUT, "@timed", "def function(out): ...") == ("function", hint, ("other",))


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("'fixedDelay', '3', '00:00:30'", "The strategies of @app.retry are 'fixed_delay' and 'exponential_backoff', not 'fixedDelay'."),
        ("'FIXED_DELAY', '3', '00:00:30'", "The strategies of @app.retry are 'fixed_delay' and 'exponential_backoff', not 'FIXED_DELAY'."),
        ("'exponentialBackoff', '3', minimum_interval='00:00:01', maximum_interval='00:00:02'", "The strategies of @app.retry are 'fixed_delay' and 'exponential_backoff', not 'exponentialBackoff'."),
        ("'fixed_delay', '3'", "@app.retry with strategy='fixed_delay' needs delay_interval, such as '00:00:30'."),
        ("'fixed_delay', '3', '30'", "An interval of @app.retry is written hh:mm:ss, such as '00:00:30', below a day."),
        ("'fixed_delay', '3', '24:00:00'", "An interval of @app.retry is written hh:mm:ss, such as '00:00:30', below a day."),
        ("'fixed_delay', '3', 30", "An interval of @app.retry is written hh:mm:ss, such as '00:00:30', below a day."),
        ("'fixed_delay', 'three', '00:00:30'", "max_retry_count of @app.retry is a whole number, such as '3', or '-1' for ever."),
        ("'fixed_delay', None, '00:00:30'", "max_retry_count of @app.retry is a whole number, such as '3', or '-1' for ever."),
    ],
)  # fmt: skip
def test_a_retry_policy_that_cannot_be_read(tmp_path: Path, arguments: str, hint: str) -> None:
    assert failure(tmp_path, f"@app.retry({arguments})", "@app.route()", "def function(req): ...")[:2] == (
        "function",
        hint,
    )
