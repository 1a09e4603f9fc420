"""function.json -> :class:`Function`, with every check that the host makes before a worker sees the function.

Sources: Azure/azure-functions-host, HostFunctionMetadataProvider.cs (reading), FunctionDescriptorProvider.cs and
Utility.cs (checks). As there, the whole file is read first and the bindings are checked against each other after
that, so the first error is the one that the host reports too. The checks run on the plain JSON values: a thousand
functions are read in one go.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, either, json_kind, shown_json, suggestion
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.json_file import JsonFile, parse_json, read_json_text
from pytest_azfunc.project.retry_policy import parse_retry

FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-]{0,127}")
BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")

# In the order of .NET's numbers: an enum is read from its name in any case, or from its number.
DIRECTIONS = ("in", "out", "inout")
DATA_TYPES = ("undefined", "string", "binary", "stream")
CARDINALITIES = ("one", "many")
AUTH_LEVELS = ("anonymous", "user", "function", "system", "admin")

Bindings = tuple[dict[str, Any], ...]


def is_function_name(name: str) -> bool:
    """Whether the host takes *name* as the name of a function (Utility.cs, IsValidFunctionName)."""
    return FUNCTION_NAME.fullmatch(name) is not None and name.lower() != "host"


def read_function(name: str, folder: str, known_types: Mapping[str, str]) -> Function | None:
    """The function in *folder*, or None when it holds no function.json: the host passes over such folders.

    :param known_types: registered binding types, lower case -> usual spelling.
    :raises ProjectError: the first thing that the host would object to, with its place.
    """
    path = f"{folder}{os.sep}function.json"
    try:
        text = read_json_text(path, unreadable="file-unreadable", function=name)
    except FileNotFoundError:
        return None
    if not is_function_name(name):
        raise ProjectError("function-name", function=name, location=Location(path), name=name)
    config = parse_json(text, path, invalid="function-json-invalid", function=name)
    return parse_function(name, folder, config, known_types)


def parse_function(name: str, folder: str, config: object, known_types: Mapping[str, str]) -> Function:
    """The function that the JSON value *config* declares; see :func:`read_function`."""
    check = _Check(name, folder)
    if not isinstance(config, dict):
        raise check.error("function-json-not-an-object", found=json_kind(config))
    declared = _read_bindings(config, check)
    _check_configuration_source(config, check)
    script = check.text(config, "scriptFile")
    if script:
        _check_script(folder, script, check)
    entry_point = check.text(config, "entryPoint")
    retry = config.get("retry")
    policy = None if retry is None else parse_retry(retry, check.retry_error)
    _check_bindings(declared, check, known_types)
    return Function(name, folder, declared, script or None, entry_point or "main", policy, config)


class _Check:
    """Makes the errors of one function, each with its place in the file."""

    __slots__ = ("folder", "function")

    def __init__(self, function: str, folder: str) -> None:
        self.function = function
        self.folder = folder

    def error(self, rule: str, *keys: str | int, binding: str | None = None, **details: object) -> ProjectError:
        where = JsonFile(os.path.join(self.folder, "function.json")).location(*keys)
        return ProjectError(rule, function=self.function, binding=binding, location=where, **details)

    def retry_error(self, rule: str, **details: Any) -> ProjectError:
        return self.error(rule, "retry", str(details.get("name")), **details)

    def wrong_value(
        self, index: int, binding: Mapping[str, Any], key: str, expected: str, found: str | None = None
    ) -> ProjectError:
        """The error for one property of a binding."""
        found = found or shown_json(binding[key.lower()])
        name = _name(binding)
        return self.error(
            "binding-value", "bindings", index, key, binding=name, name=key, found=found, expected=expected
        )

    def text(self, config: Mapping[str, Any], key: str) -> str | None:
        """A property of the function that is text, if it is there at all."""
        value = config.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.error("function-json-value", key, name=key, found=json_kind(value), expected="a string")


def _name(binding: Mapping[str, Any]) -> str | None:
    """The name of a binding that is not checked yet, for an error."""
    name = binding.get("name")
    return name if isinstance(name, str) else None


# --- reading


def _read_bindings(config: Mapping[str, Any], check: _Check) -> Bindings:
    raw = config.get("bindings")
    if raw is None or raw == []:
        raise check.error("bindings-missing")
    if not isinstance(raw, list):
        raise check.error("function-json-value", "bindings", name="bindings", found=json_kind(raw), expected="an array")
    return tuple([_read_binding(index, binding, check) for index, binding in enumerate(raw)])


def _read_binding(index: int, raw: object, check: _Check) -> dict[str, Any]:
    """One binding's properties by lower-cased name; the enums in lower case, the direction filled in."""
    if not isinstance(raw, dict):
        raise check.error("binding-not-an-object", "bindings", index, number=index + 1, found=json_kind(raw))
    binding = {key.lower(): value for key, value in raw.items()}
    direction = binding.get("direction")
    if direction != "in" and direction != "out":
        binding["direction"] = _direction(index, binding, check)
    if "datatype" in binding:
        _read_optional_enum(index, binding, "dataType", DATA_TYPES, check)
    if "cardinality" in binding:
        _read_optional_enum(index, binding, "cardinality", CARDINALITIES, check)
    return binding


def _direction(index: int, binding: Mapping[str, Any], check: _Check) -> str:
    if "direction" not in binding:
        return "in"
    direction = _enum(binding["direction"], DIRECTIONS)
    if direction is None:
        found = shown_json(binding["direction"])
        raise check.error("binding-direction", "bindings", index, "direction", binding=_name(binding), found=found)
    return direction


def _read_optional_enum(index: int, binding: dict[str, Any], key: str, names: tuple[str, ...], check: _Check) -> None:
    """Put an enum's name in place; null and an empty text count as absent."""
    value = binding[key.lower()]
    if value is None or value == "":
        del binding[key.lower()]
        return
    name = _enum(value, names)
    if name is None:
        raise check.wrong_value(index, binding, key, either(names))
    binding[key.lower()] = name


def _enum(value: object, names: tuple[str, ...]) -> str | None:
    """The name that .NET reads: a name in any case, or a number, which may be text too."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text in names:
            return text
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    return None


def _check_configuration_source(config: Mapping[str, Any], check: _Check) -> None:
    for key in config:
        if len(key) != 19 or key.lower() != "configurationsource":
            continue
        value = config[key]
        if not isinstance(value, str) or value.lower() not in ("attributes", "config"):
            raise check.error("configuration-source", key, found=shown_json(value))


def _check_script(folder: str, script: str, check: _Check) -> None:
    path = os.path.join(folder, script)
    try:
        found = stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):  # a ValueError for a NUL character
        found = False
    if not found:
        parent, wanted = os.path.split(path)
        try:
            near = suggestion(wanted, os.listdir(parent))
        except (OSError, ValueError):
            near = ""
        raise check.error("script-file-missing", "scriptFile", script=script, suggestion=near)


# --- checking the bindings, one by one and against each other


def _check_bindings(bindings: Bindings, check: _Check, known_types: Mapping[str, str]) -> None:
    seen: set[str] = set()
    kinds: list[str] = []
    triggers: list[dict[str, Any]] = []
    for index, binding in enumerate(bindings):
        name, kind = binding.get("name"), binding.get("type")
        if not isinstance(name, str) or BINDING_NAME.fullmatch(name) is None:
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
        raise _wrong_trigger_count(triggers, check)
    _check_types(bindings, kinds, check, known_types)


def _bad_name(index: int, binding: Mapping[str, Any], check: _Check) -> ProjectError:
    if "name" not in binding:
        return check.error("binding-name-missing", "bindings", index)
    return check.error("binding-name", "bindings", index, "name", name=shown_json(binding["name"]))


def _bad_type(index: int, binding: Mapping[str, Any], check: _Check) -> ProjectError:
    if not binding.get("type"):
        return check.error("binding-type-missing", "bindings", index, binding=_name(binding))
    return check.wrong_value(index, binding, "type", "a string", json_kind(binding["type"]))


def _wrong_trigger_count(triggers: list[dict[str, Any]], check: _Check) -> ProjectError:
    if not triggers:
        return check.error("trigger-missing", "bindings")
    names = ", ".join(f"{b['name']} ({b['type']})" for b in triggers)
    return check.error("trigger-several", "bindings", count=len(triggers), names=names)


def _check_types(bindings: Bindings, kinds: list[str], check: _Check, known_types: Mapping[str, str]) -> None:
    if "http" in kinds:
        _check_http_outputs(bindings, kinds, check)
    for index, kind in enumerate(kinds):
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


def _check_http_outputs(bindings: Bindings, kinds: list[str], check: _Check) -> None:
    for index, binding in enumerate(bindings):
        if kinds[index] == "http" and binding["direction"] != "out":
            found = binding["direction"]
            raise check.error("http-direction", "bindings", index, binding=binding["name"], found=found)


def _check_http_trigger(index: int, binding: dict[str, Any], check: _Check) -> None:
    if "authlevel" in binding:
        _read_optional_enum(index, binding, "authLevel", AUTH_LEVELS, check)
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
