"""What goes wrong, and how it is told: exceptions, the sentences of their rules, and the words for things.

The sentences are looked up when somebody reads an error, and imported no earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_azfunc.errors.exceptions import (
    AppIndexError,
    ArgumentError,
    AzfuncError,
    AzfuncWarning,
    BindingError,
    DeterminismError,
    DurableError,
    FunctionFailed,
    FunctionLoadError,
    FunctionNotFound,
    FunctionTimeoutError,
    LoopError,
    LossyOutputError,
    OutputNotSet,
    ProjectError,
    RouteOverlapWarning,
    ScheduleWarning,
    StoreError,
    UnsupportedFeature,
)
from pytest_azfunc.errors.wording import (
    EXPECTED_MOMENT,
    Location,
    either,
    json_kind,
    kind_of,
    listing,
    message_of,
    printable,
    setting_name,
    shown,
    shown_json,
    suggestion,
)

if TYPE_CHECKING:
    from pytest_azfunc.errors.rules import INDEX_FAILS, RULES, Rule

__all__ = [
    "EXPECTED_MOMENT",
    "INDEX_FAILS",
    "RULES",
    "AppIndexError",
    "ArgumentError",
    "AzfuncError",
    "AzfuncWarning",
    "BindingError",
    "DeterminismError",
    "DurableError",
    "FunctionFailed",
    "FunctionLoadError",
    "FunctionNotFound",
    "FunctionTimeoutError",
    "Location",
    "LoopError",
    "LossyOutputError",
    "OutputNotSet",
    "ProjectError",
    "RouteOverlapWarning",
    "Rule",
    "ScheduleWarning",
    "StoreError",
    "UnsupportedFeature",
    "either",
    "json_kind",
    "kind_of",
    "listing",
    "message_of",
    "printable",
    "setting_name",
    "shown",
    "shown_json",
    "suggestion",
]

# Users import and see them by this name, in tracebacks and in filters of warnings; in which module they stand is ours.
for _found in list(globals().values()):
    if isinstance(_found, type) and issubclass(_found, Exception):
        _found.__module__ = __name__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in ("INDEX_FAILS", "RULES", "Rule"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from pytest_azfunc.errors import rules

        return getattr(rules, name)
