"""What to do about a parameter or an annotation that the worker refuses: one remedy, and one that it accepts."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Any

_SDK_DECORATORS = "azure.functions.decorators.function_app"
_CLASSES = {
    "httptrigger": "func.HttpRequest",
    "timertrigger": "func.TimerRequest",
    "queuetrigger": "func.QueueMessage, str or bytes",
    "blobtrigger": "func.InputStream, str or bytes",
    "blob": "func.InputStream, str or bytes; func.Out[str] or func.Out[bytes]",
    "queue": "func.Out[func.QueueMessage], func.Out[str], func.Out[bytes] or func.Out[typing.List[str]]",
    "http": "func.Out[func.HttpResponse]",
    "eventhubtrigger": "func.EventHubEvent or typing.List[func.EventHubEvent]",
    "servicebustrigger": "func.ServiceBusMessage or typing.List[func.ServiceBusMessage]",
    "cosmosdb": "func.DocumentList; func.Out[func.Document]",
    "cosmosdbtrigger": "func.DocumentList",
    "eventgridtrigger": "func.EventGridEvent or func.CloudEvent",
}


def shown(annotation: Any) -> str:
    """An annotation as it may stand in a script."""
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return (
            f"func.{annotation.__name__}"
            if annotation.__module__.startswith("azure.functions.")
            else annotation.__name__
        )
    text = re.sub(r"\bazure\.functions\.(_\w+\.)*", "func.", repr(annotation))
    return text.replace("typing.", "").replace("NoneType", "None")


def classes_of(binding_type: str) -> str:
    """The classes that a binding of this type takes, in brackets, behind a blank."""
    return f" ({_CLASSES.get(binding_type.lower(), 'str or bytes')})"


def for_extra_parameters(main: Callable[..., Any], names: Collection[str], annotations: Mapping[str, Any]) -> str:
    """What to do about parameters that no binding has."""
    parameters = inspect.signature(main).parameters
    first = next(iter(names))
    if [found.kind for found in parameters.values()] == [
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    ]:
        return "write @functools.wraps(function) in the decorator that has them: it hides the function's own parameters"
    if getattr(main, "__module__", "") == _SDK_DECORATORS:
        return "write the parentheses of the SDK's decorator: without them it takes the function for an argument"
    if len(names) == 1 and (first == "ctx" or getattr(annotations.get(first), "__name__", "") == "Context"):
        return "call the parameter 'context': the invocation context is passed by this name only"
    if first in ("self", "cls"):
        return "move the function out of its class: the worker calls it without an object"
    defaults = any(parameters[name].default is not inspect.Parameter.empty for name in names if name in parameters)
    one = len(names) == 1
    remedy = (
        f"correct the name, add a binding for {'it' if one else 'each'}, or remove the parameter{'' if one else 's'}"
    )
    return remedy + ("; a default value does not help" if defaults else "")


def for_missing_parameters(entry_point: str, responses: Collection[str]) -> str:
    """What to do about bindings that no parameter has.

    :param responses: those of them that are HTTP responses.
    """
    if responses:
        name = next(iter(responses))
        return (
            f'to answer with what {entry_point}() returns, call the binding "$return" in place of "{name}"; '
            f"or add the parameter {name}: func.Out[func.HttpResponse]"
        )
    return f"add the parameters to {entry_point}(), or remove the bindings"


def for_no_class(annotation: Any, binding_type: str, is_out: bool, fits: Callable[[Any], bool]) -> str:
    """What to do about an annotation that is neither a class nor a generic of ``typing``.

    :param annotation: without the ``func.Out[...]`` around it.
    :param fits: whether the binding takes another annotation.
    """
    typed = _typed(annotation)
    if typed is not None and fits(typed):
        written = f"typing.{shown(typed)}"
        return f"write {f'func.Out[{written}]' if is_out else written}: the worker does not know the built-in generics"
    origin = typing.get_origin(annotation)
    is_union = origin is typing.Union or type(annotation).__name__ == "UnionType"
    reason = ": the worker knows no unions and no Optional" if is_union else ""
    return (
        f"annotate it with one of the binding's classes{classes_of(binding_type)}, or leave the annotation out{reason}"
    )


def _typed(annotation: Any) -> Any:
    """What ``typing`` has in the place of a built-in generic; None where it has nothing."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    alias = getattr(typing, origin.__name__.title(), None) if isinstance(origin, type) else None
    if alias is None or not arguments:
        return None
    try:
        return alias[arguments if len(arguments) > 1 else arguments[0]]
    except TypeError:  # so many arguments it does not take
        return None
