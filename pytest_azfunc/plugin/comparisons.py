"""What a failed ``assert`` shows of objects of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pytest_azfunc import AppSettings
    from pytest_azfunc.durable.failed_text import FailedText


def explain(op: str, left: object, right: object) -> list[str] | None:
    """What was logged when ``"text" in result.logs`` fails; why an orchestration failed; of settings the names only."""
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
    return None
