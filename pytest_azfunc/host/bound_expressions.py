"""The binding expressions of one function on a running host: found once, evaluated for each call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pytest_azfunc.errors import BindingError, listing, suggestion
from pytest_azfunc.host.bindings.address_error import AddressError
from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.catalogue import Catalogue
from pytest_azfunc.host.expressions import ExpressionError, Surroundings, parse
from pytest_azfunc.host.named_settings import is_completed_by_calls
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.project.names import NameMapping
from pytest_azfunc.project.setting_names import SettingNameError, filled_in, missing_settings

__tracebackhide__ = True

_BEFORE, _AFTER = "before the function runs", "when the function has run"


class ResolvedBinding(NamedTuple):
    """What the expressions of one binding have come to in one call.

    :ivar properties: the properties of the binding, as the service is asked with them.
    :ivar address: where it reads or writes.
    :ivar shown: the address and what else was completed, to be shown to people: an app setting stays ``%NAME%``.
    """

    properties: NameMapping[Any]
    address: str
    shown: str


class _Expressed(NamedTuple):
    """One binding that has expressions."""

    binding: Binding
    record: BindingType
    texts: Mapping[str, str]

    @classmethod
    def of(cls, binding: Binding, types: Catalogue) -> _Expressed | None:
        """The binding with those of its properties that a call completes; None where there are none."""
        record = types.find(binding.kind)
        texts = {
            record.replaced[name.lower()]: text
            for name, text in binding.properties.items()
            if isinstance(text, str) and _has_sign(text) and name.lower() in record.replaced
        }
        return cls(binding, record, texts) if texts else None


def _has_sign(text: str) -> bool:
    return "%" in text or "{" in text or "}" in text


class BoundExpressions:
    """What the calls of a function complete in its input and output bindings.

    :param inputs: the inputs that have expressions.
    :param outputs: the outputs, by their names.
    """

    def __init__(self, function: Function, inputs: Iterable[_Expressed], outputs: Iterable[_Expressed]) -> None:
        self._function = function
        self._inputs = tuple(inputs)
        self._outputs = {expressed.binding.name: expressed for expressed in outputs}

    @classmethod
    def of(cls, function: Function, types: Catalogue) -> BoundExpressions | None:
        """Those of a function; None for one that has none, as most."""
        completed = filter(is_completed_by_calls, function.bindings.values())
        found = [_Expressed.of(binding, types) for binding in completed]
        inputs = [expressed for expressed in found if expressed is not None and expressed.binding.direction == "in"]
        outputs = [expressed for expressed in found if expressed is not None and expressed.binding.direction == "out"]
        return cls(function, inputs, outputs) if inputs or outputs else None

    def inputs(self, call: Call) -> dict[str, ResolvedBinding]:
        """What the input bindings of a call have come to, by name.

        :raises BindingError: the host fails the call before the function runs.
        """
        return {expressed.binding.name: self._resolved(expressed, call) for expressed in self._inputs}

    def outputs(self, names: Iterable[str], call: Call) -> dict[str, ResolvedBinding]:
        """The same of the output bindings that the function has set: the host looks at no others.

        :raises BindingError: the host fails the call, although the function has run.
        """
        expressed = (self._outputs[name] for name in names if name in self._outputs)
        return {each.binding.name: self._resolved(each, call) for each in expressed}

    def _resolved(self, expressed: _Expressed, call: Call) -> ResolvedBinding:
        properties, shown = {}, {}
        for name, text in expressed.texts.items():
            try:
                properties[name], shown[name] = call.resolve(text, expressed.record)
            except (ExpressionError, AddressError, SettingNameError) as error:
                raise self._error(expressed.binding, name, text, error, call) from None
        declared, record = expressed.binding.properties.items(), expressed.record
        complete = NameMapping([*declared, *properties.items()])
        shown_address = record.address_of(NameMapping([*declared, *shown.items()]))
        others = [f"{name} {text}" for name, text in shown.items() if not record.is_address(name)]
        whole = ", ".join([shown_address, *others] if shown_address else others)
        return ResolvedBinding(complete, record.address_of(complete), whole)

    def _error(self, binding: Binding, name: str, text: str, error: Exception, call: Call) -> BindingError:
        missing = error.name if isinstance(error, ExpressionError) else None
        known = sorted(call.names, key=str.lower)
        details: dict[str, object] = {"known": listing("It gives", known)}
        if missing is not None and missing in text:
            rule = "expression-name"
            details |= {"missing": missing, "suggestion": suggestion(missing, known)}
        else:
            rule = "expression-value"
            details["reason"] = _words(error, text)
        return BindingError(
            rule,
            function=self._function.name,
            binding=binding.name,
            location=binding.location,
            name=name,
            text=text,
            kind=error.kind if isinstance(error, ExpressionError) else "FormatException",
            when=_BEFORE if binding.direction == "in" else _AFTER,
            **details,
        )


class Call(NamedTuple):
    """What one call of a function gives to its expressions.

    :ivar names: what the trigger gives; a mapping that ignores case.
    :ivar settings: the app settings.
    :ivar surroundings: the time, and the like.
    :ivar is_known: whether all is known that the trigger gives: a test may have given an object of the SDK, which tells
        nothing of its metadata.
    """

    names: Mapping[str, Any]
    settings: Mapping[str, str]
    surroundings: Surroundings
    is_known: bool = True

    def resolve(self, text: str, record: BindingType) -> tuple[str, str]:
        """What a property comes to, and how that is shown.

        :raises ExpressionError: the host fails the call, and so with the others.
        :raises AddressError: no service can have this address.
        :raises SettingNameError: a per cent sign that begins no name.
        """
        settled = filled_in(text, self.settings)
        template = parse(settled)
        try:
            values = template.values(self.names, self.surroundings)
        except ExpressionError:
            if self.is_known:
                raise
            return settled, text
        found = template.filled(values)
        if "%" not in text:
            return record.address_as_sent(found), found
        is_complete = not missing_settings(text, self.settings)
        return record.address_as_sent(found) if is_complete else found, _shown(text, template.expressions, values)


def _shown(declared: str, expressions: tuple[object, ...], values: list[str]) -> str:
    """The declared text with the values of its expressions, where app settings have added none of their own."""
    try:
        template = parse(declared)
    except ExpressionError:
        return declared
    return template.filled(values) if template.expressions == expressions else declared


def _words(error: Exception, declared: str) -> str:
    """What the host says of it; nothing of it where the value of an app setting may be in it."""
    if "%" in declared and not isinstance(error, SettingNameError):
        return "with its app settings put in, it is nothing that the host can use"
    return str(error.reason if isinstance(error, ExpressionError) else error).removesuffix(".")
