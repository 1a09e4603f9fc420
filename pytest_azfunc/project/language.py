"""Whether a function app is for another language: whoever runs this over a whole repository meets such apps.

Sources: azure-functions-host, RpcWorkerConstants.cs (the setting); azure-functions-core-tools,
WorkerRuntimeLanguageHelper.cs (what tells a language where the setting is missing).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from pytest_azfunc.project.app_script import Script
from pytest_azfunc.project.contents import Contents
from pytest_azfunc.project.function import Function
from pytest_azfunc.project.host_json import HostConfig

RUNTIME_SETTING = "FUNCTIONS_WORKER_RUNTIME"
_OF_PYTHON = "requirements.txt"
# Files beside host.json, in lower case.
_OF_OTHERS = (
    "package.json",
    "*.csproj",
    "*.fsproj",
    "*.vbproj",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "*.ps1",
    "go.mod",
    "cargo.toml",
)


def other_language(
    root: str, script: Script | None, contents: Contents, host: HostConfig, settings: Mapping[str, str]
) -> str:
    """What tells that the app is not for Python, in a few words; empty for an app that is, or may be.

    An app with a function in Python is one for Python, whatever else lies there.

    :param settings: the app settings. Their values are told to nobody.
    """
    if script is not None or _has_python_function(root, contents):
        return ""
    runtime = next((value for name, value in settings.items() if name.upper() == RUNTIME_SETTING), "").strip().lower()
    if runtime:
        return "" if runtime == "python" else f"{RUNTIME_SETTING} names another language"
    scripts = [found for found in map(_script_of, contents.functions.values()) if found is not None]
    if scripts:
        return f"its functions have scripts such as {os.path.relpath(scripts[0], root)}"
    if any(key.lower() == "customhandler" for key in host.content):
        return "host.json has a customHandler"
    return _by_files(sorted(os.listdir(root)))


def _by_files(names: Iterable[str]) -> str:
    names = list(names)
    if _OF_PYTHON in names:
        return ""
    return next(
        (f"there is {name}" for pattern in _OF_OTHERS for name in names if fnmatchcase(name.lower(), pattern)), ""
    )


def _has_python_function(root: str, contents: Contents) -> bool:
    if any((_script_of(function) or "").endswith(".py") for function in contents.functions.values()):
        return True
    return any(_has_python_file(os.path.join(root, name)) for name in contents.errors)


def _script_of(function: Function) -> str | None:
    script = os.fspath(function.script_file)
    return script if os.path.isfile(script) else None


def _has_python_file(folder: str) -> bool:
    try:
        return any(name.endswith(".py") for name in os.listdir(folder))
    except OSError:
        return False
