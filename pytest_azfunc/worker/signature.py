"""Parameters and annotations against bindings: the checks of Azure's worker, in its order, in our words.

Source: azure-functions-runtime-v1, functions.py (Registry.add_function); facts checked against the library.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_azfunc.errors import FunctionLoadError, Location, suggestion
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.worker.converters import Converters

# What `typing` makes of List[int] and of bare List; the built-in list[int] is neither, so the worker refuses it.
_ALIASES = (type(typing.List[int]), type(typing.List))  # noqa: UP006 - the point is typing's own class
_GENERIC: Any = typing.Generic
_NO_GENERICS = (typing.Union, tuple, typing.ClassVar, typing.get_origin(typing.Callable[..., Any]))


@dataclass(frozen=True)
class Parameter:
    """How one value is converted: by which binding type, to or from which annotated class."""

    binding_type: str
    annotation: Any


@dataclass(frozen=True)
class Signature:
    """What the worker knows of a function after it was loaded.

    :ivar outputs: in the order of the parameters: the first that cannot be encoded is the error.
    :ivar response_order: names of the outputs in the order of function.json, in which responses list them.
    """

    inputs: Mapping[str, Parameter]
    outputs: Mapping[str, Parameter]
    response_order: tuple[str, ...]
    returns: Parameter | None
    requires_context: bool
    is_async: bool


def check_signature(function: Function, main: Callable[..., Any], converters: Converters) -> Signature:
    """What *main* takes and returns, by the bindings of *function*.

    :raises FunctionLoadError: for the first thing the worker refuses.
    :raises NameError: an annotation names something that does not exist.
    """
    return _SignatureCheck(function, main, converters).run()


class _SignatureCheck:
    def __init__(self, function: Function, main: Callable[..., Any], converters: Converters) -> None:
        self.function = function
        self.main = main
        self.converters = converters
        self.bindings = {b.name: b for b in function.bindings.values()}
        try:
            self.parameters = dict(inspect.signature(main).parameters)
        except (TypeError, ValueError):  # a function of C code
            raise self.error("entry-point-not-a-function", entry_point=function.entry_point) from None
        try:
            self.annotations = typing.get_type_hints(main)
        except TypeError:
            if inspect.isroutine(main) or isinstance(main, type):
                raise  # an annotation, evaluated: the script's own mistake
            # a callable object or a partial: it has no hints that could be read
            raise self.error("entry-point-not-a-function", entry_point=function.entry_point) from None

    def run(self) -> Signature:
        self._check_directions()
        bound = {name: b for name, b in self.bindings.items() if name != "$return"}
        requires_context = self._take_context(bound)
        self._check_names(bound)
        inputs: dict[str, Parameter] = {}
        outputs: dict[str, Parameter] = {}
        for name in self.parameters:
            binding = bound[name]
            (outputs if binding.direction == "out" else inputs)[name] = self._parameter(name, binding)
        return Signature(
            inputs,
            outputs,
            response_order=tuple(name for name in bound if name in outputs),
            returns=self._returns(),
            requires_context=requires_context,
            is_async=inspect.iscoroutinefunction(self.main),
        )

    def error(self, rule: str, binding: str | None = None, **details: object) -> FunctionLoadError:
        code = getattr(inspect.unwrap(self.main) if callable(self.main) else None, "__code__", None)
        where = Location(code.co_filename, code.co_firstlineno) if code else Location(str(self.function.script_file))
        name = self.function.name
        return FunctionLoadError(rule, function=name, location=where, **{"binding": binding, **details})  # type: ignore[arg-type]

    def _check_directions(self) -> None:
        for binding in self.bindings.values():
            if binding.direction == "inout":
                raise self.error("direction-inout", binding.name)
            if binding.name == "$return" and binding.direction != "out":
                raise self.error("return-not-out", binding.name)

    def _take_context(self, bound: Mapping[str, Binding]) -> bool:
        if "context" not in self.parameters or "context" in bound:
            return False
        del self.parameters["context"]
        annotation = self.annotations.get("context", None)
        # By the class's name only, whatever module it comes from.
        if "context" in self.annotations and getattr(annotation, "__name__", "") != "Context":
            raise self.error("context-annotation", annotation=_shown(annotation))
        if "context" in self.annotations and not isinstance(annotation, type):
            raise self.error("context-annotation", annotation=_shown(annotation))
        return True

    def _check_names(self, bound: Mapping[str, Binding]) -> None:
        entry_point = self.function.entry_point
        extra = [name for name in self.parameters if name not in bound]
        if extra:
            near = suggestion(extra[0], set(bound) - set(self.parameters)) if len(extra) == 1 else ""
            if extra == ["ctx"]:
                near = " The invocation context is only passed to a parameter named 'context'."
            raise self.error("params-missing-in-function-json", names=", ".join(extra), suggestion=near)
        missing = [name for name in bound if name not in self.parameters]
        if missing:
            near = suggestion(missing[0], set(self.parameters) - set(bound)) if len(missing) == 1 else ""
            raise self.error(
                "params-missing-in-python", names=", ".join(missing), entry_point=entry_point, suggestion=near
            )

    def _parameter(self, name: str, binding: Binding) -> Parameter:
        if name not in self.annotations:
            return Parameter(binding.type, None)
        annotation = self.annotations[name]
        is_out = _is_out(annotation)
        value_type = self._out_argument(name, annotation) if is_out else annotation
        if not isinstance(value_type, type) and not is_generic(value_type):
            raise self.error("non-type-annotation", name, annotation=_shown(annotation), hint=_generic_hint(value_type))
        if binding.direction == "out" and not is_out:
            raise self.error("out-not-annotated-out", name, annotation=_shown(annotation))
        if binding.direction != "out" and is_out:
            raise self.error("in-annotated-out", name, annotation=_shown(annotation))
        binding_type = binding.type
        if value_type in (str, bytes) and not self.converters.has_implicit_output(binding.type):
            binding_type = "generic"  # "give me the raw value", for any binding
        if not self._fits(binding_type, value_type, output=is_out):
            raise self.error(
                "annotation-mismatch",
                name,
                type=binding.type,
                annotation=_shown(annotation),
                hint=_class_hint(binding),
            )
        return Parameter(binding_type, value_type)

    def _out_argument(self, name: str, annotation: Any) -> Any:
        arguments = typing.get_args(annotation)
        if len(arguments) != 1:
            raise self.error("out-annotation", name, annotation=_shown(annotation))
        return arguments[0]

    def _fits(self, binding_type: str, annotation: Any, *, output: bool) -> bool:
        check = self.converters.accepts_output if output else self.converters.accepts_input
        try:
            return check(binding_type, annotation)
        except TypeError:  # typing generics on a converter that only knows classes: Azure fails the load with it
            return False

    def _returns(self) -> Parameter | None:
        explicit = self.bindings.get("$return")
        has_annotation = "return" in self.annotations
        annotation = self.annotations.get("return")
        implicit = None
        for binding in self.bindings.values():
            if binding.name != "$return" and self.converters.has_implicit_output(binding.type):
                implicit = binding.type  # the last one; of several, Azure takes the last in a protobuf map's order
        if explicit is None:
            return None if implicit is None else Parameter(implicit, annotation)
        if has_annotation:
            self._check_return(explicit, annotation)
        return Parameter(explicit.type, annotation if has_annotation else None)

    def _check_return(self, binding: Binding, annotation: Any) -> None:
        shown = _shown(annotation)
        if _is_out(annotation) and not isinstance(annotation, type):
            raise self.error("return-annotation-out", annotation=shown)
        if not isinstance(annotation, type):
            raise self.error("return-annotation-non-type", annotation=shown)
        if not self._fits(binding.type, annotation, output=True):
            raise self.error("return-annotation-mismatch", annotation=shown, type=binding.type)


def is_generic(annotation: Any) -> bool:
    """Whether the worker takes *annotation* for a generic type: ``typing.List[int]`` yes, ``list[int]`` no."""
    if isinstance(annotation, type) and issubclass(annotation, _GENERIC):
        return True
    return isinstance(annotation, _ALIASES) and typing.get_origin(annotation) not in _NO_GENERICS


def _is_out(annotation: Any) -> bool:
    """``Out`` is known by the name of its class only, as in the worker."""
    origin = typing.get_origin(annotation) if isinstance(annotation, _ALIASES) else None
    candidate = annotation if origin is None else origin
    return isinstance(candidate, type) and candidate.__name__ == "Out"


def _shown(annotation: Any) -> str:
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return annotation.__name__
    return repr(annotation).replace("typing.", "").replace("NoneType", "None")


def _generic_hint(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    if isinstance(origin, type) and hasattr(typing, origin.__name__.title()):
        return f" Write typing.{origin.__name__.title()}[...]: the worker does not know the built-in generics."
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return " The worker knows no unions and no Optional."
    return ""


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


def _class_hint(binding: Binding) -> str:
    classes = _CLASSES.get(binding.type.lower(), "str or bytes")
    return f" ({classes})"
