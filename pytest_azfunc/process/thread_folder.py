"""A current folder that a thread has for itself.

In Azure the app's folder is the current one, also for a thread that outlives its call. Here the test runs beside it,
and is somewhere else. Linux can give a thread a folder of its own; where that is not to be had, it is where the test
is.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache

_CLONE_FS = 0x200  # linux/sched.h

_ALONE = threading.local()


def move_thread(folder: str) -> None:
    """Let *folder* be the current one for the calling thread alone, if the system can do so."""
    if not sys.platform.startswith("linux"):
        return
    if not getattr(_ALONE, "is_parted", False):
        if threading.current_thread() is threading.main_thread() or not _unshare()(_CLONE_FS):
            return
        _ALONE.is_parted = True
    with suppress(OSError):
        os.chdir(folder)


@cache
def _unshare() -> Callable[[int], bool]:
    """The system's call, which tells whether it was done; containers may forbid it."""
    try:
        import ctypes

        call = ctypes.CDLL(None).unshare
    except (ImportError, OSError, AttributeError):
        return lambda _: False
    return lambda flags: call(flags) == 0
