"""Reports of failures without values of settings, whatever frames and messages they show."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc.reports.masking import Mask

_PLACES = frozenset(["path", "style", "lineno", "extraline"])
_OF_ASSERTION = ("assert ", "AssertionError")
_FRAME = '  File "'  # how an entry of a traceback begins that Python itself has written
_OURS = "azfunc"  # how the titles of our sections begin
_FAILURE = "E   "  # what pytest puts in front of a message; above it are lines of source code


def mask(report: pytest.TestReport | pytest.CollectReport, settings: dict[str, str]) -> None:
    """Take the values of *settings* out of a report.

    Lines of source code are the user's own, and so is what a failed assertion compares, unless it is a secret by the
    name of its setting. Of the sections of output it is ours that are looked through.
    """
    masked = Mask(settings)
    if not isinstance(report.longrepr, tuple):  # which is where and why a test was skipped
        report.longrepr = _Hiding(masked).of("longrepr", report.longrepr)
    report.sections[:] = [
        (title, masked.hide(text) if title.startswith(_OURS) else text) for title, text in report.sections
    ]


class _Hiding:
    def __init__(self, mask: Mask) -> None:
        self._mask = mask

    def of(self, name: str, thing: Any) -> Any:
        """What to show instead of the attribute *name* of what pytest shows of a failure."""
        if isinstance(thing, str):
            return thing if name in _PLACES else self._text(thing)
        if isinstance(thing, (list, tuple)):
            shown = [self.of(name, part) for part in thing]
            return shown if isinstance(thing, list) else tuple(shown)
        if type(thing).__module__.startswith("_pytest.") and hasattr(thing, "__dict__"):
            attributes = vars(thing)
            for key, value in attributes.items():
                if key != "lines":
                    attributes[key] = self.of(key, value)
                elif getattr(thing, "style", "") == "native":
                    attributes[key] = [line if line.startswith(_FRAME) else self._text(line) for line in value]
                else:
                    attributes[key] = self._lines(value)
        return thing

    def _text(self, text: str) -> str:
        return self._mask.hide_secrets(text) if text.startswith(_OF_ASSERTION) else self._mask.hide(text)

    def _lines(self, lines: list[str]) -> list[str]:
        """Of an entry of a traceback, or of locals."""
        failure = next((n for n, line in enumerate(lines) if line.startswith(_FAILURE)), None)
        if failure is not None:
            is_assertion = lines[failure][len(_FAILURE) :].startswith(_OF_ASSERTION)
            hide = self._mask.hide_secrets if is_assertion else self._mask.hide
            return [*lines[:failure], *map(hide, lines[failure:])]
        return [line if line.startswith(("> ", "    ")) else self._text(line) for line in lines]
