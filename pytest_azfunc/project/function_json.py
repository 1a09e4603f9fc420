"""function.json -> :class:`Function`, with every check that the host makes before a worker sees the function.

Sources: Azure/azure-functions-host, HostFunctionMetadataProvider.cs (reading), FunctionDescriptorProvider.cs and
Utility.cs (checks). The checks run on the plain JSON values: a thousand functions are read in one go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind, shown, suggestion
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.json_file import JsonFile, read_json
from pytest_azfunc.project.retry_policy import parse_retry

FUNCTION_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-]{0,127}")
BINDING_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")

# Newtonsoft reads an enum from its name in any case, or from its number.
DIRECTIONS = ("in", "out", "inout")
DATA_TYPES = ("undefined", "string", "binary", "stream")
CARDINALITIES = ("one", "many")
AUTH_LEVELS = ("anonymous", "user", "function", "system", "admin")


def is_function_name(name: str) -> bool:
    """Whether the host takes *name* as the name of a function (Utility.cs, IsValidFunctionName)."""
    return FUNCTION_NAME.fullmatch(name) is not None and name.lower() != "host"


def read_function(name: str, folder: str, known_types: Mapping[str, str]) -> Function:
    """The function in *folder*.

    :param known_types: registered binding types, lower case -> usual spelling.
    :raises ProjectError: the first thing that the host would object to, with its place.
    """
    path = os.path.join(folder, "function.json")
    if not is_function_name(name):
        raise ProjectError("function-name", function=name, location=Location(path), name=name)
    config = read_json(path, unreadable="file-unreadable", invalid="function-json-invalid", function=name)
    return parse_function(name, folder, config, known_types)


def parse_function(name: str, folder: str, config: object, known_types: Mapping[str, str]) -> Function:
    """The function that the JSON value *config* declares; see :func:`read_function`."""
    check = _Check(name, JsonFile(os.path.join(folder, "function.json")))
    if not isinstance(config, dict):
        raise check.error("function-json-not-an-object", found=json_kind(config))
    _check_configuration_source(config, check)
    script = check.text(config, "scriptFile")
    entry_point = check.text(config, "entryPoint")
    declared = _bindings(config, check, known_types)
    if script:
        _check_script(folder, script, check)
    retry = config.get("retry")
    return Function(
        name=name,
        folder=folder,
        declared=declared,
        script_file_setting=script or None,
        entry_point=entry_point or "main",
        retry=None if retry is None else parse_retry(retry, lambda rule, **details: check.error(rule, "retry", **details)),
        config=config,
    )


class _Check:
    """Makes the errors of one function, each with its place in the file."""

    def __init__(self, function: str, source: JsonFile) -> None:
        self.function = function
        self.source = source

    def error(self, rule: str, *keys: str | int, binding: str | None = None, **details: object) -> ProjectError:
        where = self.source.location(*keys)
        return ProjectError(rule, function=self.function, binding=binding, location=where, **details)

    def text(self, config: Mapping[str, Any], key: str) -> str | None:
        value = config.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.error("function-json-value", key, name=key, found=json_kind(value), expected="a string")


def _check_configuration_source(config: Mapping[str, Any], check: _Check) -> None:
    for key, value in config.items():
        if key.lower() == "configurationsource" and value is not None:
            if not isinstance(value, str) or value.lower() not in ("attributes", "config"):
                raise check.error("configuration-source", key, found=shown(value))


def _check_script(folder: str, script: str, check: _Check) -> None:
    path = os.path.join(folder, script)
    try:
        found = os.path.isfile(path)
    except ValueError:  # a NUL character
        found = False
    if not found:
        parent, wanted = os.path.split(path)
        try:
            near = suggestion(wanted, os.listdir(parent))
        except (OSError, ValueError):
            near = ""
        raise check.error("script-file-missing", "scriptFile", script=script, suggestion=near)


def _bindings(config: Mapping[str, Any], check: _Check, known_types: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    raw = config.get("bindings")
    if raw is None or raw == []:
        raise check.error("bindings-missing")
    if not isinstance(raw, list):
        raise check.error(
            "function-json-value", "bindings", name="bindings", found=json_kind(raw), expected="an array"
        )
    bindings: list[dict[str, Any]] = []
    names: set[str] = set()
    triggers = 0
    for index, value in enumerate(raw):
        binding = _binding(index, value, check, known_types)
        name = binding["name"].lower()
        if name in names:
            raise check.error("binding-name-duplicate", "bindings", index, "name", name=binding["name"])
        names.add(name)
        triggers += binding["direction"] != "out" and binding["type"].lower().endswith("trigger")
        bindings.append(binding)
    if triggers != 1:
        raise _wrong_trigger_count(bindings, check)
    return tuple(bindings)


def _binding(index: int, raw: object, check: _Check, known_types: Mapping[str, str]) -> dict[str, Any]:
    """One binding's properties by lower-cased name, checked, with its direction filled in."""
    if not isinstance(raw, dict):
        raise check.error("binding-not-an-object", "bindings", index, number=index + 1, found=json_kind(raw))
    binding = {key.lower(): value for key, value in raw.items()}
    name = binding.get("name")
    if not isinstance(name, str) or BINDING_NAME.fullmatch(name) is None:
        raise check.error("binding-name", "bindings", index, "name", name=shown(name) if name is not None else "(missing)")
    kind = binding.get("type")
    if not isinstance(kind, str) or not kind:
        raise check.error("binding-type-missing", "bindings", index, binding=name)
    known = known_types.get(kind.lower())
    if known is None:
        raise check.error(
            "binding-type-unknown",
            "bindings",
            index,
            "type",
            binding=name,
            type=kind,
            suggestion=suggestion(kind, known_types.values()),
        )
    _check_direction(binding, index, check)
    for key, values in (("dataType", DATA_TYPES), ("cardinality", CARDINALITIES)):
        if key.lower() in binding:
            _enum(binding, key, values, index, check)
    if known == "httpTrigger":
        _check_http_trigger(binding, index, check)
    return binding


def _check_direction(binding: dict[str, Any], index: int, check: _Check) -> None:
    direction = binding.get("direction")
    name = binding["name"]
    if direction in ("in", "out"):
        pass
    elif "direction" not in binding:
        binding["direction"] = "in"
    elif isinstance(direction, str) and direction.lower() in DIRECTIONS:
        binding["direction"] = direction.lower()
    else:
        raise check.error("binding-direction", "bindings", index, "direction", binding=name, found=shown(direction))
    if name == "$return" and binding["direction"] != "out":
        raise check.error("return-direction", "bindings", index, binding=name)
    if binding["direction"] == "in" and binding["type"].lower() == "http":
        missing = "" if direction else ", because none is given"
        raise check.error("http-direction", "bindings", index, binding=name, missing=missing)


def _enum(binding: dict[str, Any], key: str, values: tuple[str, ...], index: int, check: _Check) -> None:
    """Put the enum value into lower case; ``null`` counts as absent."""
    value = binding[key.lower()]
    if value is None:
        del binding[key.lower()]
    elif isinstance(value, str) and value.lower() in values:
        binding[key.lower()] = value.lower()
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(values):
        binding[key.lower()] = values[value]
    else:
        raise check.error(
            "binding-value",
            "bindings",
            index,
            key,
            binding=binding["name"],
            name=key,
            found=shown(value),
            expected="one of " + ", ".join(values),
        )


def _check_http_trigger(binding: dict[str, Any], index: int, check: _Check) -> None:
    if binding.get("authlevel"):  # an empty text means the default too
        _enum(binding, "authLevel", AUTH_LEVELS, index, check)
    for key, expected, kind in (("methods", "an array of strings", list), ("route", "a string", str)):
        value = binding.get(key)
        wrong_item = kind is list and isinstance(value, list) and not all(isinstance(item, str) for item in value)
        if value is not None and (not isinstance(value, kind) or wrong_item):
            raise check.error(
                "binding-value",
                "bindings",
                index,
                key,
                binding=binding["name"],
                name=key,
                found=json_kind(value) if not wrong_item else "an array with something else",
                expected=expected,
            )


def _wrong_trigger_count(bindings: list[dict[str, Any]], check: _Check) -> ProjectError:
    triggers = [b for b in bindings if b["direction"] != "out" and b["type"].lower().endswith("trigger")]
    if not triggers:
        return check.error("trigger-missing", "bindings")
    names = ", ".join(f"{b['name']} ({b['type']})" for b in triggers)
    return check.error("trigger-several", "bindings", count=len(triggers), names=names)


