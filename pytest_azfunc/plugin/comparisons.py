"""What a failed ``assert`` shows of objects of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

    from pytest_azfunc import AppSettings
    from pytest_azfunc.durable.failed_text import FailedText


def explain(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """What was logged when ``"text" in result.logs`` fails; why an orchestration failed; of settings the names only.

    Of what was read of a store: how what it holds differs.
    """
    if op in ("in", "not in") and type(right).__module__ == "pytest_azfunc.host.log_capture":
        from pytest_azfunc.reports.trace import logged

        return [f"{left!r} {op} logs", *logged(right)]
    for text in (left, right):
        if type(text).__module__ == "pytest_azfunc.durable.failed_text":
            from pytest_azfunc.errors import shown
            from pytest_azfunc.reports.orchestrations import why

            return [f"{shown(left, 200)} {op} {shown(right, 200)}", *why(cast("FailedText", text))]
    for settings, other in ((left, right), (right, left)):
        if op == "==" and type(settings).__module__ == "pytest_azfunc.host.app_settings" and isinstance(other, Mapping):
            return ["azfunc_settings == other settings, by name", *cast("AppSettings", settings).differences(other)]
    if any(_is_of_a_store(value) for value in (left, right)):
        from pytest_azfunc.plugin.compared_stores import explain_stores

        return explain_stores(config, op, left, right)
    if op == "==" and type(left).__module__ in _RESULTS:
        return [f"{left!r} == {right!r}", *_content_of(left, right)]
    return None


def _is_of_a_store(value: object) -> bool:
    first = value[0] if type(value) is list and value else value
    return str(type(first).__module__).startswith("pytest_azfunc.host.stores.")


_RESULTS = ("pytest_azfunc.host.outputs", "pytest_azfunc.host.invocation")


def _content_of(result: object, other: object) -> list[str]:
    """What of a result is compared with such a value."""
    if type(other).__module__ in _RESULTS:
        return []
    part = ".text" if isinstance(other, str) else ".body" if isinstance(other, (bytes, bytearray)) else ".json()"
    if type(result).__name__ == "Invocation":
        part = ".content" if part == ".body" else part
        return [f"compare .return_value, one of .outputs, or the HTTP response: {part}"]
    return [f"compare what it holds: {part}"]
