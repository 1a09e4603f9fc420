"""``sys.stdin``, ``sys.stdout`` and ``sys.stderr``: pytest's, whatever a script puts in their place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# A wrapper that an app has put around ``sys.stdout.buffer`` closes the buffer when it dies, and the buffer is pytest's.
_STREAMS_OF_APPS: list[Any] = []


@contextmanager
def streams_put_back() -> Iterator[None]:
    """For the time of an import: ``sys.stdout`` and its like are pytest's again afterwards."""
    saved = {name: getattr(sys, name, None) for name in ("stdin", "stdout", "stderr")}
    try:
        yield
    finally:
        for name, stream in saved.items():
            present: Any = getattr(sys, name, None)
            if present is not stream:
                _STREAMS_OF_APPS.append(present)
                with suppress(Exception):  # it may be anything that has a write()
                    present.flush()
                setattr(sys, name, stream)
