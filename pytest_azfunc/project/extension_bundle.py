"""The extension bundle that host.json names, and which binding types the host knows by it.

Sources: Azure/azure-functions-host, ExtensionBundleConfigurationHelper.cs (reading), ScriptStartupTypeLocator.cs and
extensionrequirements.json (the minimum), ScriptHostBuilderExtensions.cs (what is registered without a bundle). Ranges
are those of NuGet.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pytest_azfunc.errors import Location, ProjectError
from pytest_azfunc.project.function import Function

OFFICIAL: Final = "Microsoft.Azure.Functions.ExtensionBundle"
MINIMUM: Final = (2, 8, 2)
_LAST_OF_FIRST: Final = (1, 8, 1)  # of the published 1.x
_ENDLESS: Final = (2**31, 0, 0)

_RANGE = re.compile(r"\s*([\[(])\s*([^,\s\])]*)\s*(?:(,)\s*([^,\s\])]*)\s*)?([\])])\s*")
_VERSION = re.compile(r"(\d+)(?:\.(\d+|\*))?(?:\.(\d+|\*))?(?:\.(\d+|\*))?(?:-[0-9A-Za-z.*-]+)?(?:\+[0-9A-Za-z.-]+)?")

# What the host itself brings.
_OF_THE_HOST = frozenset(("http", "httptrigger", "timertrigger", "manualtrigger", "warmuptrigger"))
# Where a project's own extensions are, as `func extensions install` leaves them.
_OWN_EXTENSIONS = ("extensions.csproj", os.path.join("bin", "extensions.json"))

_Version = tuple[int, int, int]


@dataclass(frozen=True)
class ExtensionBundle:
    """What host.json says of the bundle.

    :ivar id: its name.
    :ivar version: the range of its versions, as it is written; the host takes the newest one in it.
    """

    id: str = OFFICIAL
    version: str = "[4.*, 5.0.0)"


DEFAULT: Final = ExtensionBundle()
"""What the host writes where there is no host.json."""


def bundle_error(bundle: ExtensionBundle | None, location: Location | None) -> ProjectError | None:
    """Why the host does not start with this bundle; None where it does.

    :param location: where it is named.
    """
    if bundle is None:
        return None
    if not bundle.id.strip():
        return ProjectError("bundle-value", location=location, name="id", expected=f"a name, such as {OFFICIAL}")
    found = _upper_end(bundle.version)
    if found is None:
        expected = f"a range of versions, such as {DEFAULT.version!r}"
        return ProjectError("bundle-value", location=location, name="version", expected=expected)
    end, is_included = found
    if bundle.id.lower() != OFFICIAL.lower() or (end >= MINIMUM if is_included else end > MINIMUM):
        return None
    version = (
        f"{_shown(min(end, _LAST_OF_FIRST))} (the newest of {bundle.version})" if end <= (2, 0, 0) else bundle.version
    )
    return ProjectError("bundle-too-old", location=location, id=bundle.id, version=version, minimum=_shown(MINIMUM))


def _upper_end(text: str) -> tuple[_Version, bool] | None:
    """The upper end of a range, and whether it belongs to it; None for what is no range."""
    found = _RANGE.fullmatch(text)
    if found is None:  # a version alone is the lower end
        return None if _version(text.strip()) is None else (_ENDLESS, True)
    opening, lower, comma, upper, closing = found.groups()
    ends = [_version(end) for end in (lower, upper) if end]
    if not ends or None in ends:
        return None
    if comma is None:
        if opening + closing != "[]":
            return None
        return (_ENDLESS, True) if lower.endswith("*") else (_version(lower) or _ENDLESS, True)
    return (_version(upper) or _ENDLESS, closing == "]") if upper else (_ENDLESS, True)


def _version(text: str) -> _Version | None:
    """The first three numbers of a version; a star is a nought."""
    if text == "*":
        return 0, 0, 0
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    major, minor, patch = (int(part) if part and part != "*" else 0 for part in found.groups()[:3])
    return major, minor, patch


def _shown(version: _Version) -> str:
    return ".".join(map(str, version))


def unregistered(
    functions: Iterable[Function], root: str, bundle: ExtensionBundle | None, contributed: Collection[str] = ()
) -> Mapping[str, ProjectError]:
    """What the host has against functions whose binding types no extension registers, by name.

    :param functions: of the app in the folder *root*.
    :param contributed: binding types of the user's own extensions, in lower case.
    """
    if bundle is not None or any(os.path.exists(os.path.join(root, name)) for name in _OWN_EXTENSIONS):
        return {}
    known = _OF_THE_HOST.union(contributed)
    errors = {}
    for function in functions:
        # From what is declared: to make the bindings of a thousand functions takes longer than all the rest.
        written = [raw["type"] for raw in function.declared if raw["type"].lower() not in known]
        if written:
            types = ", ".join(map(repr, dict.fromkeys(written)))
            errors[function.name] = ProjectError(
                "binding-type-unregistered", function=function.name, location=function.location, types=types
            )
    return errors
