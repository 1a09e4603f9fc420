"""The host's checks of one function's bindings, one by one and against each other, whatever declares them.

Sources: Azure/azure-functions-host, FunctionDescriptorProvider.cs and Utility.cs. The checks run on the plain JSON
values: a thousand functions are read in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import ProjectError, either, json_kind, shown_json, suggestion
from pytest_azfunc.project.binding_types import OUTPUT_ONLY
from pytest_azfunc.project.function import Source

FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-]{0,127}")

# In the order of .NET's numbers: an enum is read from its name in any case, or from its number.
DIRECTIONS = ("in", "out", "inout")
DATA_TYPES = ("undefined", "string", "binary", "stream")
CARDINALITIES = ("one", "many")
AUTH_LEVELS = ("anonymous", "user", "function", "system", "admin")

Bindings = tuple[dict[str, Any], ...]


def is_function_name(name: str) -> bool:
    """Whether the host takes *name* as the name of a function (Utility.cs, IsValidFunctionName)."""
    return FUNCTION_NAME.fullmatch(name) is not None and name.lower() != "host"


class Check:
    """Makes the errors of one function, each with its place in the :attr:`source`.

    :cvar binding_name: what a binding may be called beside ``$return``.
    :cvar allowed_name: the same in words.
    """

    __slots__ = ("function",)

    binding_name = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
    allowed_name = "a letter, then up to 127 letters and digits, no underscore and no dash"

    def __init__(self, function: str) -> None:
        self.function = function

    @property
    def source(self) -> Source:
        """What declares the function."""
        raise NotImplementedError

    def error(self, rule: str, *keys: str | int, binding: str | None = None, **details: object) -> ProjectError:
        """An error of the function, with the place of what stands at *keys*, such as ``("bindings", 0)``."""
        where = self.source.location(*keys)
        return ProjectError(rule, function=self.function, binding=binding, location=where, **details)

    def retry_error(self, rule: str, **details: Any) -> ProjectError:
        """An error of the function's retry policy."""
        return self.error(rule, "retry", str(details.get("name")), **details)

    def wrong_value(
        self, index: int, binding: Mapping[str, Any], key: str, expected: str, found: str | None = None
    ) -> ProjectError:
        """The error for one property of a binding."""
        found = found or shown_json(binding[key.lower()])
        name = name_of(binding)
        return self.error(
            "binding-value", "bindings", index, key, binding=name, name=key, found=found, expected=expected
        )


def name_of(binding: Mapping[str, Any]) -> str | None:
    """The name of a binding that is not checked yet, for an error."""
    name = binding.get("name")
    return name if isinstance(name, str) else None


def read_optional_enum(index: int, binding: dict[str, Any], key: str, names: tuple[str, ...], check: Check) -> None:
    """Put an enum's name in place; null and an empty text count as absent."""
    value = binding[key.lower()]
    if value is None or value == "":
        del binding[key.lower()]
        return
    name = enum_name(value, names)
    if name is None:
        raise check.wrong_value(index, binding, key, either(names))
    binding[key.lower()] = name


def enum_name(value: object, names: tuple[str, ...]) -> str | None:
    """The name that .NET reads: a name in any case, or a number, which may be text too."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text in names:
            return text
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    return None


def check_bindings(bindings: Bindings, check: Check, known_types: Mapping[str, str]) -> None:
    """Check the bindings of one function; an HTTP trigger's enums are put into their usual form.

    :param known_types: registered binding types, lower case -> usual spelling.
    :raises ProjectError: the first thing that the host objects to.
    """
    seen: set[str] = set()
    kinds: list[str] = []
    triggers: list[dict[str, Any]] = []
    for index, binding in enumerate(bindings):
        name, kind = binding.get("name"), binding.get("type")
        if not isinstance(name, str) or check.binding_name.fullmatch(name) is None:
            raise _bad_name(index, binding, check)
        if name == "$return" and binding["direction"] != "out":
            raise check.error("return-direction", "bindings", index, binding=name)
        if not isinstance(kind, str) or not kind:
            raise _bad_type(index, binding, check)
        folded = name.lower()
        if folded in seen:
            raise check.error("binding-name-duplicate", "bindings", index, "name", name=name)
        seen.add(folded)
        kind = kind.lower()
        kinds.append(kind)
        if kind.endswith("trigger") and binding["direction"] != "out":
            triggers.append(binding)
    if len(triggers) != 1:
        raise _wrong_trigger_count(triggers, bindings, check, known_types)
    _check_types(bindings, kinds, check, known_types)


def _bad_name(index: int, binding: Mapping[str, Any], check: Check) -> ProjectError:
    if "name" not in binding:
        return check.error("binding-name-missing", "bindings", index)
    return check.error(
        "binding-name", "bindings", index, "name", name=shown_json(binding["name"]), allowed=check.allowed_name
    )


def _bad_type(index: int, binding: Mapping[str, Any], check: Check) -> ProjectError:
    if not binding.get("type"):
        return check.error("binding-type-missing", "bindings", index, binding=name_of(binding))
    return check.wrong_value(index, binding, "type", "a string", json_kind(binding["type"]))


def _wrong_trigger_count(
    triggers: list[dict[str, Any]], bindings: Bindings, check: Check, known_types: Mapping[str, str]
) -> ProjectError:
    if not triggers:
        unknown = (binding["type"] for binding in bindings if binding["type"].lower() not in known_types)
        names = [name for kind, name in known_types.items() if kind.endswith("trigger")]
        near = next(filter(None, (suggestion(name, names) for name in unknown)), "")
        return check.error("trigger-missing", "bindings", suggestion=near)
    joined = ", ".join(f"{b['name']} ({b['type']})" for b in triggers)
    return check.error("trigger-several", "bindings", count=len(triggers), names=joined)


def _check_types(bindings: Bindings, kinds: list[str], check: Check, known_types: Mapping[str, str]) -> None:
    if "http" in kinds:
        _check_http_outputs(bindings, kinds, check)
    for index, kind in enumerate(kinds):
        if kind in OUTPUT_ONLY and bindings[index]["direction"] == "in":
            name, written = bindings[index]["name"], bindings[index]["type"]
            raise check.error("output-only", "bindings", index, "direction", binding=name, type=written)
        if kind not in known_types:
            written = bindings[index]["type"]
            raise check.error(
                "binding-type-unknown",
                "bindings",
                index,
                "type",
                binding=bindings[index]["name"],
                type=written,
                suggestion=suggestion(written, known_types.values()),
            )
    if "httptrigger" in kinds:
        index = kinds.index("httptrigger")
        _check_http_trigger(index, bindings[index], check)


def _check_http_outputs(bindings: Bindings, kinds: list[str], check: Check) -> None:
    for index, binding in enumerate(bindings):
        if kinds[index] == "http" and binding["direction"] != "out":
            found = binding["direction"]
            raise check.error("http-direction", "bindings", index, binding=binding["name"], found=found)


def _check_http_trigger(index: int, binding: dict[str, Any], check: Check) -> None:
    if "authlevel" in binding:
        read_optional_enum(index, binding, "authLevel", AUTH_LEVELS, check)
    methods, route = binding.get("methods"), binding.get("route")
    if methods is not None:
        if not isinstance(methods, list):
            raise check.wrong_value(index, binding, "methods", "an array of strings", json_kind(methods))
        for method in methods:
            if not isinstance(method, str):
                found = f"an array with {json_kind(method)} in it"
                raise check.wrong_value(index, binding, "methods", "an array of strings", found)
    if route is not None and not isinstance(route, str):
        raise check.wrong_value(index, binding, "route", "a string", json_kind(route))


def shape_of(declared: Iterable[Mapping[str, Any]]) -> tuple[Any, ...] | None:
    """All that is checked of a function's bindings: what goes for one function goes for others of the same shape.

    None for values that are not what they usually are.
    """
    shape = []
    for raw in declared:
        methods, route = raw.get("methods"), raw.get("route")
        if not ((methods is None or type(methods) is list) and (route is None or type(route) is str)):
            return None
        seen = (raw.get("name"), raw.get("type"), raw["direction"], raw.get("cardinality"), raw.get("authlevel"))
        shape.append(seen if methods is None else (*seen, *methods))
    found = tuple(shape)
    try:
        hash(found)
    except TypeError:
        return None
    return found
