"""The filters of the warnings module, to be put back as they were."""

from __future__ import annotations

import warnings
from collections.abc import Sequence


def restore(filters: Sequence[object]) -> None:
    """Put back what ``warnings.filters[:]`` was."""
    if warnings.filters != filters:
        warnings.filters[:] = filters  # type: ignore[index]
        getattr(warnings, "_filters_mutated", lambda: None)()  # what was decided of warnings is to be thought over
