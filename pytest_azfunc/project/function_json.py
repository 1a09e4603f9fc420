"""function.json -> :class:`Function`, with every check that the host makes before a worker sees the function.

Sources: Azure/azure-functions-host, HostFunctionMetadataProvider.cs (reading), FunctionDescriptorProvider.cs and
Utility.cs (checks, in binding_checks). As there, the whole file is read first and the bindings are checked against
each other after that, so the first error is the one that the host reports too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind, shown_json, suggestion
from pytest_azfunc.project.binding_checks import (
    CARDINALITIES,
    DATA_TYPES,
    DIRECTIONS,
    Bindings,
    Check,
    check_bindings,
    enum_name,
    is_function_name,
    name_of,
    read_optional_enum,
)
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.json_file import JsonFile, parse_json, read_json_text


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
        raise ProjectError("function-name", function=name, location=Location(path), name=name, what="the folder")
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
    policy = None
    if retry is not None:
        from pytest_azfunc.project.retry_policy import parse_retry

        policy = parse_retry(retry, check.retry_error)
    check_bindings(declared, check, known_types)
    return Function(name, folder, declared, script or None, entry_point or "main", policy, config)


class _Check(Check):
    """Makes the errors of one function.json, each with its place in the file."""

    __slots__ = ("folder",)

    def __init__(self, function: str, folder: str) -> None:
        super().__init__(function)
        self.folder = folder

    @property
    def source(self) -> JsonFile:
        return JsonFile(os.path.join(self.folder, "function.json"))

    def text(self, config: Mapping[str, Any], key: str) -> str | None:
        """A property of the function that is text, if it is there at all."""
        value = config.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.error("function-json-value", key, name=key, found=json_kind(value), expected="a string")


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
        read_optional_enum(index, binding, "dataType", DATA_TYPES, check)
    if "cardinality" in binding:
        read_optional_enum(index, binding, "cardinality", CARDINALITIES, check)
    return binding


def _direction(index: int, binding: Mapping[str, Any], check: _Check) -> str:
    if "direction" not in binding:
        return "in"
    direction = enum_name(binding["direction"], DIRECTIONS)
    if direction is None:
        found = shown_json(binding["direction"])
        raise check.error("binding-direction", "bindings", index, "direction", binding=name_of(binding), found=found)
    return direction


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
