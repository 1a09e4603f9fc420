"""Which app settings the bindings of a function name, and which of them are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.host.bindings.catalogue import Catalogue
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.project.setting_names import SettingNameError, find_setting, setting_names

__tracebackhide__ = True


class NamedSettings(NamedTuple):
    """The app settings that one binding names between per cent signs. In Azure it depends on them.

    :ivar binding: the binding.
    :ivar names: the settings, each once, as they are written.
    :ivar missing: those that have no value.
    """

    binding: Binding
    names: tuple[str, ...]
    missing: tuple[str, ...]


def is_completed_by_calls(binding: Binding) -> bool:
    """Whether an input or output may have binding expressions, which each call of the function completes."""
    if binding.is_trigger:
        return False
    texts = (text for text in binding.properties.values() if isinstance(text, str))
    return any("%" in text or "{" in text or "}" in text for text in texts)


def texts_with(sign: str, binding: Binding, types: Catalogue) -> Iterator[tuple[str, str]]:
    """The properties of a binding in which expressions are replaced, with their texts that have *sign* in them."""
    found = [(name, text) for name, text in binding.properties.items() if isinstance(text, str) and sign in text]
    if found:
        replaced = types.find(binding.kind).replaced
        yield from ((replaced[name.lower()], text) for name, text in found if name.lower() in replaced)


def named_settings(function: Function, types: Catalogue, settings: Mapping[str, str]) -> tuple[NamedSettings, ...]:
    """Of each binding that names settings, which; in the order of the bindings.

    :raises ProjectError: a per cent sign that begins no name, so that the host refuses the function.
    """
    found = []
    for binding in function.bindings.values():
        names: dict[str, bool] = {}
        for property_name, text in texts_with("%", binding, types):
            for name in _names(function, binding, property_name, text):
                names[name] = find_setting(name, settings) is None
        if names:
            missing = tuple(name for name, is_missing in names.items() if is_missing)
            found.append(NamedSettings(binding, tuple(names), missing))
    return tuple(found)


def _names(function: Function, binding: Binding, property_name: str, text: str) -> tuple[str, ...]:
    try:
        return setting_names(text)
    except SettingNameError as error:
        raise ProjectError(
            "setting-name",
            function=function.name,
            binding=binding.name,
            location=binding.location,
            name=property_name,
            text=text,
            reason=str(error),
        ) from None
