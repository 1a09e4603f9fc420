"""Parameters and annotations against bindings: the checks of Azure's worker, in its order, in our words.

Source: functions.py of azure-functions-runtime-v1 (Registry.add_function) and of azure-functions-runtime
(add_indexed_function), which differ in words only; facts checked against the libraries.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from pytest_azfunc.errors import AppIndexError, FunctionLoadError, Location, UnsupportedFeature, suggestion
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.indexing import advice
from pytest_azfunc.project.indexing.advice import shown
from pytest_azfunc.project.indexing.annotations import AnnotationReader
from pytest_azfunc.project.indexing.binding_registry import BindingRegistry
from pytest_azfunc.project.indexing.sdk_extensions import accepts_client, is_sdk_type, is_settlement_client

# What `typing` makes of List[int] and of bare List; the built-in list[int] is neither, so the worker refuses it.
_ALIASES = (type(typing.List[int]), type(typing.List))  # noqa: UP006 - the point is typing's own class
_GENERIC: Any = typing.Generic
_RESPONSE = ("http", "out")
_NO_GENERICS = (typing.Union, tuple, typing.ClassVar, typing.get_origin(typing.Callable[..., Any]))


class _Bound(NamedTuple):
    """What the worker knows of a binding."""

    name: str
    type: str
    direction: str


def _name(declared: Mapping[str, Any]) -> str:
    """What the binding is called; decorators take anything for it, and what is no text is no parameter's name."""
    name = declared.get("name")
    return name if isinstance(name, str) and name else repr(name)


class Parameter(NamedTuple):
    """How one value is converted: by which binding type, to or from which annotated class."""

    binding_type: str
    annotation: Any


class Signature(NamedTuple):
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


def check_signature(
    function: Function,
    main: Callable[..., Any],
    converters: BindingRegistry,
    reader: AnnotationReader | None = None,
    shape: tuple[Any, ...] | None = None,
) -> Signature:
    """What *main* takes and returns, by the bindings of *function*.

    :param reader: reads parameters and annotations; one for all functions of an app is faster.
    :param shape: of the bindings, from ``shape_of``: in most apps many functions declare, take and return the same.
    :raises FunctionLoadError: for the first thing the worker refuses.
    :raises NameError: an annotation names something that does not exist.
    """
    reader = reader or AnnotationReader()
    try:
        key = None if shape is None else (shape, reader.outline(main))
    except Exception:  # it cannot be read, which the check reports
        key = None
    known: Signature | None = reader.signatures.get(key)
    if known is not None:
        return known
    signature = _SignatureCheck(function, main, converters, reader).run()
    if key is not None:
        reader.signatures[key] = signature
    return signature


class _SignatureCheck:
    def __init__(
        self, function: Function, main: Callable[..., Any], converters: BindingRegistry, reader: AnnotationReader
    ) -> None:
        self.function = function
        self.main = main
        self.converters = converters
        # Of two bindings of one name the worker takes the later; here names are compared with case.
        self.declared = [_Bound(_name(raw), raw.get("type") or "", raw["direction"]) for raw in function.declared]
        self.is_decorated = function.user_function is not None
        self.is_async = reader.is_async(main)
        self.unsupported: UnsupportedFeature | None = None
        try:
            self.parameters = reader.parameters(main)
        except (TypeError, ValueError):  # a function of C code
            raise self.error("entry-point-not-a-function", entry_point=function.entry_point) from None
        try:
            self.annotations = reader.hints(main)
        except TypeError:
            if inspect.isroutine(main) or isinstance(main, type):
                raise  # an annotation, evaluated: the script's own mistake
            # a callable object or a partial: it has no hints that could be read
            raise self.error("entry-point-not-a-function", entry_point=function.entry_point) from None
        if self.is_decorated and not inspect.isfunction(main):
            self._check_file()

    def _check_file(self) -> None:
        """The worker for decorators asks for the file that defines the function; only code and classes have one."""
        try:
            inspect.getfile(self.main)
        except TypeError:
            raise self.error("entry-point-not-a-function", entry_point=self.function.entry_point) from None

    def run(self) -> Signature:
        """The signature, unless a check fails.

        :raises UnsupportedFeature: all is well for Azure's worker, but the function cannot run here.
        """
        self._check_directions()
        bound = {binding.name: binding for binding in self.declared if binding.name != "$return"}
        requires_context = self._take_context(bound)
        self._check_names(bound)
        inputs: dict[str, Parameter] = {}
        outputs: dict[str, Parameter] = {}
        for name in self.parameters:
            binding = bound[name]
            (outputs if binding.direction == "out" else inputs)[name] = self._parameter(name, binding)
        returns = self._returns()
        if self.unsupported is not None:
            raise self.unsupported  # Azure's worker refuses nothing: only now is that known
        return Signature(
            inputs,
            outputs,
            response_order=tuple(name for name in bound if name in outputs),
            returns=returns,
            requires_context=requires_context,
            is_async=self.is_async,
        )

    def error(self, rule: str, binding: str | None = None, **details: object) -> FunctionLoadError:
        kind: type[FunctionLoadError] = AppIndexError
        where = self.function.location
        if not self.is_decorated:
            code = getattr(inspect.unwrap(self.main) if callable(self.main) else None, "__code__", None)
            script = str(self.function.script_file)
            kind, where = FunctionLoadError, Location(*(code.co_filename, code.co_firstlineno) if code else (script,))
        return kind(rule, function=self.function.name, location=where, **{"binding": binding, **details})  # type: ignore[arg-type]

    def _leave_to_azure(self, feature: str, binding: str, azure: str) -> None:
        self.unsupported = self.unsupported or UnsupportedFeature(
            "unsupported",
            function=self.function.name,
            binding=binding,
            location=self.function.location,
            feature=feature,
            azure=azure,
            remedy="test the other functions here, and what this one does with the client in a function of its own.",
        )

    def _check_directions(self) -> None:
        for binding in self.declared:
            if binding.direction == "inout":
                raise self.error("direction-inout", binding.name)
            if binding.name == "$return" and binding.direction != "out":
                correction = "use an output decorator" if self.is_decorated else 'add "direction": "out"'
                raise self.error("return-not-out", binding.name, correction=correction)

    def _take_context(self, bound: Mapping[str, _Bound]) -> bool:
        if "context" not in self.parameters or "context" in bound:
            return False
        self.parameters.remove("context")
        self._check_durable_context(bound)
        annotation = self.annotations.get("context", None)
        # By the class's name only, whatever module it comes from.
        if "context" in self.annotations and getattr(annotation, "__name__", "") != "Context":
            raise self.error("context-annotation", annotation=shown(annotation))
        if "context" in self.annotations and not isinstance(annotation, type):
            raise self.error("context-annotation", annotation=shown(annotation))
        return True

    def _check_durable_context(self, bound: Mapping[str, _Bound]) -> None:
        """Durable Functions puts a function of its own around orchestrators and entities, with the one parameter."""
        for binding in bound.values():
            if binding.type in ("orchestrationTrigger", "entityTrigger") and binding.name not in self.parameters:
                raise self.error("durable-context-name", binding.name)

    def _check_names(self, bound: Mapping[str, _Bound]) -> None:
        extra = [name for name in self.parameters if name not in bound]
        if len(extra) == 1 and self.is_decorated and is_settlement_client(self.annotations.get(extra[0])):
            self._leave_to_azure("the Service Bus settlement client", extra[0], "the worker passes the client.")
            self.parameters.remove(extra.pop())
        if extra:
            near = suggestion(extra[0], set(bound) - set(self.parameters)) if len(extra) == 1 else ""
            rule = "params-missing-in-decorators" if self.is_decorated else "params-missing-in-function-json"
            remedy = advice.for_extra_parameters(self.main, extra, self.annotations)
            raise self.error(rule, names=", ".join(extra), suggestion=near, remedy=remedy)
        missing = [name for name in bound if name not in self.parameters]
        if missing:
            near = suggestion(missing[0], set(self.parameters) - set(bound)) if len(missing) == 1 else ""
            responses = [name for name in missing if (bound[name].type.lower(), bound[name].direction) == _RESPONSE]
            raise self.error(
                "params-missing-in-python",
                names=", ".join(missing),
                suggestion=near,
                declared="the decorators" if self.is_decorated else "function.json",
                remedy=advice.for_missing_parameters(self.function.entry_point, responses),
            )

    def _parameter(self, name: str, binding: _Bound) -> Parameter:
        if name not in self.annotations:
            return Parameter(binding.type, None)
        annotation = self.annotations[name]
        if self.is_decorated and is_sdk_type(annotation):
            azure = "the worker makes the client from the connection setting."
            self._leave_to_azure(f"the SDK type {shown(annotation)} on a {binding.type} binding", name, azure)
        is_out = _is_out(annotation)
        value_type = self._out_argument(name, annotation) if is_out else annotation
        if not isinstance(value_type, type) and not is_generic(value_type):
            remedy = advice.for_no_class(
                value_type, binding.type, is_out, lambda other: self._fits(binding.type, other, output=is_out)
            )
            raise self.error("non-type-annotation", name, annotation=shown(annotation), remedy=remedy)
        if binding.direction == "out" and not is_out:
            raise self.error("out-not-annotated-out", name, annotation=shown(annotation))
        if binding.direction != "out" and is_out:
            raise self.error("in-annotated-out", name, annotation=shown(annotation), inner=shown(value_type))
        binding_type = binding.type
        if value_type in (str, bytes) and not self.converters.has_implicit_output(binding.type):
            binding_type = "generic"  # "give me the raw value", for any binding
        if not self._fits(binding_type, value_type, output=is_out):
            self._mismatch(binding, annotation)
        return Parameter(binding_type, value_type)

    def _mismatch(self, binding: _Bound, annotation: Any) -> NoReturn:
        package, found = self.converters.web_package, shown(annotation)
        if package is not None and binding.type == "httpTrigger":
            raise self.error("annotation-streaming", binding.name, annotation=found, package=package)
        hint = advice.classes_of(binding.type)
        raise self.error("annotation-mismatch", binding.name, type=binding.type, annotation=found, hint=hint)

    def _out_argument(self, name: str, annotation: Any) -> Any:
        arguments = typing.get_args(annotation)
        if len(arguments) != 1:
            raise self.error("out-annotation", name, annotation=shown(annotation))
        return arguments[0]

    def _fits(self, binding_type: str, annotation: Any, *, output: bool) -> bool:
        check = self.converters.accepts_output if output else self._accepts_input
        try:
            return check(binding_type, annotation)
        except TypeError:  # typing generics on a converter that only knows classes: Azure fails the load with it
            return False

    def _accepts_input(self, binding_type: str, annotation: Any) -> bool:
        if self.is_decorated and is_sdk_type(annotation):
            return accepts_client(binding_type, annotation)
        return self.converters.accepts_input(binding_type, annotation)

    def _returns(self) -> Parameter | None:
        explicit = next((binding for binding in self.declared if binding.name == "$return"), None)
        has_annotation = "return" in self.annotations
        annotation = self.annotations.get("return")
        implicit = None
        for binding in self.declared:
            if binding.name != "$return" and self.converters.has_implicit_output(binding.type):
                implicit = binding.type  # the last one; of several, Azure takes the last in a protobuf map's order
        if explicit is None:
            return None if implicit is None else Parameter(implicit, annotation)
        if has_annotation:
            self._check_return(explicit, annotation)
        return Parameter(explicit.type, annotation if has_annotation else None)

    def _check_return(self, binding: _Bound, annotation: Any) -> None:
        found = shown(annotation)
        if _is_out(annotation) and not isinstance(annotation, type):
            raise self.error("return-annotation-out", annotation=found)
        if not isinstance(annotation, type):
            raise self.error("return-annotation-non-type", annotation=found)
        if self._fits(binding.type, annotation, output=True):
            return
        package = self.converters.web_package
        if package is not None and binding.type == "http":
            raise self.error("return-annotation-streaming", annotation=found, package=package)
        hint = "func.HttpResponse or str" if binding.type.lower() == "http" else "str, bytes or what the binding takes"
        raise self.error("return-annotation-mismatch", annotation=found, type=binding.type, hint=hint)


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
