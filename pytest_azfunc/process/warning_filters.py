"""The filters of the warnings module, to be put back as they were."""

from __future__ import annotations

import warnings
from collections.abc import Sequence


class WarningFilters:
    """What they were at :meth:`enter`."""

    __slots__ = ("_saved",)

    def __init__(self) -> None:
        self._saved: Sequence[object] | None = None

    def enter(self) -> None:
        """Keep a copy."""
        self._saved = warnings.filters[:]

    def leave(self, is_alone: bool = True) -> None:
        """Put them back.

        :param is_alone: whether nobody but the app can have changed them meanwhile.
        """
        saved = self._saved
        if is_alone and saved is not None and warnings.filters != saved:
            warnings.filters[:] = saved  # type: ignore[index]
            getattr(warnings, "_filters_mutated", lambda: None)()  # what was decided of warnings is to be thought over
        self._saved = None
