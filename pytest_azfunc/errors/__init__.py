"""What goes wrong, and how it is told: exceptions, the sentences of their rules, and the words for things."""

from pytest_azfunc.errors.exceptions import (
    AppIndexError,
    AzfuncError,
    BindingError,
    FunctionFailed,
    FunctionLoadError,
    FunctionNotFound,
    LossyOutputError,
    ProjectError,
    RouteOverlapWarning,
    UnsupportedFeature,
)
from pytest_azfunc.errors.rules import (
    INDEX_FAILS,
    RULES,
    Rule,
)
from pytest_azfunc.errors.wording import (
    Location,
    either,
    json_kind,
    kind_of,
    listing,
    message_of,
    printable,
    shown,
    shown_json,
    suggestion,
)

__all__ = [
    "INDEX_FAILS",
    "RULES",
    "AppIndexError",
    "AzfuncError",
    "BindingError",
    "FunctionFailed",
    "FunctionLoadError",
    "FunctionNotFound",
    "Location",
    "LossyOutputError",
    "ProjectError",
    "RouteOverlapWarning",
    "Rule",
    "UnsupportedFeature",
    "either",
    "json_kind",
    "kind_of",
    "listing",
    "message_of",
    "printable",
    "shown",
    "shown_json",
    "suggestion",
]

# Users import and see them by this name, in tracebacks and filters; in which module they stand is ours alone.
for _class in (
    AppIndexError,
    AzfuncError,
    BindingError,
    FunctionFailed,
    FunctionLoadError,
    FunctionNotFound,
    LossyOutputError,
    ProjectError,
    RouteOverlapWarning,
    UnsupportedFeature,
):
    _class.__module__ = __name__
