"""What a failed ``assert`` shows of objects of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pytest_azfunc import AppSettings


def explain(op: str, left: object, right: object) -> list[str] | None:
    """What was logged when ``"text" in result.logs`` fails; and of settings the names, never the values."""
    if op in ("in", "not in") and type(right).__module__ == "pytest_azfunc.host.log_capture":
        from pytest_azfunc.reports.trace import logged

        return [f"{left!r} {op} logs", *logged(right)]
    for settings, other in ((left, right), (right, left)):
        if op == "==" and type(settings).__module__ == "pytest_azfunc.host.app_settings" and isinstance(other, Mapping):
            return ["azfunc_settings == other settings, by name", *cast("AppSettings", settings).differences(other)]
    return None
