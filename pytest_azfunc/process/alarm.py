"""An alarm for code that may hang: it rings on the main thread while that code runs there.

There is one such timer in a process (SIGALRM and ``ITIMER_REAL``), which pytest-timeout uses, too: it is given back as
it was. Where there is none, and on other threads, nothing rings.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

# A mere moment, for a timer of somebody else's that would have rung meanwhile.
_AT_ONCE = 0.001


class Alarm:
    """Rings when the block has run for so long, and again and again after it."""

    __slots__ = ("_before", "_began", "_handler", "_is_set", "_other", "_ring", "_seconds")

    def __init__(self, seconds: float, ring: Callable[[FrameType | None], None]) -> None:
        """Set when the block is entered.

        :param ring: is called with the frame that runs then, and may raise there.
        """
        self._seconds = seconds
        self._ring = ring
        self._is_set = False

    def __enter__(self) -> Alarm:
        try:
            self._set()
        except BaseException:
            self._give_back()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._give_back()

    def _set(self) -> None:
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            return
        self._before: Any = signal.getsignal(signal.SIGALRM)
        self._other = signal.getitimer(signal.ITIMER_REAL)
        # What was not set from Python could not be put back; and who rings before us does not need us.
        if self._before is None or 0 < self._other[0] <= self._seconds:
            return
        self._began = _now()
        self._handler: Any = self._rings  # a bound method is another object each time
        self._is_set = True
        signal.signal(signal.SIGALRM, self._handler)
        signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds)

    def _rings(self, number: int, frame: FrameType | None) -> None:
        if self._is_set:
            self._ring(frame)

    def _give_back(self) -> None:
        if sys.platform == "win32" or not self._is_set:
            return
        self._is_set = False
        if signal.getsignal(signal.SIGALRM) is not self._handler:
            return  # the code has set an alarm of its own
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            try:
                signal.signal(signal.SIGALRM, self._before)
            finally:
                left, interval = self._other
                if left:
                    signal.setitimer(signal.ITIMER_REAL, max(left - (_now() - self._began), _AT_ONCE), interval)


def _now() -> float:
    """The machine's own time, whatever a test has frozen."""
    return time.clock_gettime(time.CLOCK_MONOTONIC) if sys.platform != "win32" else 0.0
