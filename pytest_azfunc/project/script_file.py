"""Which file of a function's folder is its script. (Host: HostFunctionMetadataProvider, DeterminePrimaryScriptFile.)"""

from __future__ import annotations

import os
from collections.abc import Sequence

PRIMARY_NAMES = ("index.js", "index.mjs", "index.cjs", "__init__.py")
DEFAULT = "__init__.py"


def choose_script(files: Sequence[str]) -> str | None:
    """The script among the *files* of a folder (without function.json), in listing order; None when unclear."""
    if len(files) == 1:
        return files[0]
    for file in files:
        if os.path.splitext(file)[0].lower() == "run" or file.lower() in PRIMARY_NAMES:
            return file
    return None


def primary_script(folder: str, setting: str | None) -> str:
    """The script's path: the setting, else what the host finds, else the worker's default ``__init__.py``."""
    if setting:
        return os.path.normpath(os.path.join(folder, setting))
    try:
        with os.scandir(folder) as entries:
            files = sorted(e.name for e in entries if e.is_file() and e.name.lower() != "function.json")
    except OSError:
        files = []
    return os.path.join(folder, choose_script(files) or DEFAULT)
