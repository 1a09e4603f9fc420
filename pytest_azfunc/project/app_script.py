"""The script of a decorator app: which file it is, and what is needed to index it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

DECORATOR_SCRIPT = "function_app.py"
SCRIPT_SETTING = "PYTHON_SCRIPT_FILE_NAME"


class Script(NamedTuple):
    """A decorator app's script.

    :ivar root: the app's folder.
    :ivar name: the script's file name in it.
    :ivar allowed: names of the functions that host.json allows; None for all.
    :ivar known_types: registered binding types, lower case -> usual spelling.
    """

    root: str
    name: str
    allowed: tuple[str, ...] | None = None
    known_types: Mapping[str, str] = MappingProxyType({})

    @property
    def path(self) -> str:
        """The script as a path."""
        return os.path.join(self.root, self.name)

    @property
    def module(self) -> str:
        """The name that it is imported by."""
        return os.path.splitext(self.name)[0]
