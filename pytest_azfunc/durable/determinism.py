"""Finds orchestrators that are not deterministic, which Azure does only by accident.

An orchestration that has ended is replayed once more, from the same history, while the calls that its code makes are
watched; where it has looked at the clock, once more at another time. What it asks for has to be the same. Random
numbers and GUIDs are other ones each time by themselves. The order of a set of strings cannot be changed within a
process, so what depends on that is not found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import Action, Decision
from pytest_azfunc.durable.execution import ActionsDiffer

__tracebackhide__ = True

_TIME = "context.current_utc_datetime"
_GUID = "context.new_uuid() or context.new_guid()"
_ACTIVITY = "an activity"

_CLOCK_METHODS = {"now": _TIME, "utcnow": _TIME, "today": _TIME}
_CLOCK_FUNCTIONS = dict.fromkeys(
    ("time", "time_ns", "localtime", "gmtime", "ctime", "monotonic", "monotonic_ns", "perf_counter"), _TIME
)
_OTHER_MODULES = {"uuid": _GUID, "random": _ACTIVITY, "secrets": _ACTIVITY}
_SYSTEM = {"urandom": _ACTIVITY, "getrandbits": _ACTIVITY, "random": _ACTIVITY}


class Suspect(NamedTuple):
    """A call whose result is another one each time.

    :ivar file: where the orchestrator makes it.
    :ivar line: the line there.
    :ivar call: what is called, such as ``datetime.now()``.
    :ivar instead: what gives the same each time.
    :ivar is_clock: whether it asks for the time.
    """

    file: str
    line: int
    call: str
    instead: str
    is_clock: bool


class Watch:
    """Notes the suspect calls that code of the app makes.

    :param root: the app's folder.
    :ivar suspects: those that were seen.
    :ivar is_blind: whether it could not watch.
    """

    def __init__(self, root: str) -> None:
        self.suspects: list[Suspect] = []
        self.is_blind = False
        self._root = root

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block runs, on this thread; what watches it otherwise, as coverage may, watches again after it.

        A profiler that is written in C, as cProfile, could not be put back: then nothing is watched.
        """
        before: Any = sys.getprofile()
        if before is not None and not callable(before):
            self.is_blind = True
            yield
            return
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(before)

    def _called(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            if frame.f_code.co_filename.startswith(self._root):
                self._note(frame, _builtin(argument))
        elif event == "call":
            caller = frame.f_back
            if caller is not None and caller.f_code.co_filename.startswith(self._root):
                self._note(caller, _function(frame))

    def _note(self, frame: FrameType, found: tuple[str, str] | None) -> None:
        if found is not None:
            call, instead = found
            suspect = Suspect(frame.f_code.co_filename, frame.f_lineno, call, instead, instead == _TIME)
            if suspect not in self.suspects:
                self.suspects.append(suspect)


def _builtin(called: Any) -> tuple[str, str] | None:
    """A function written in C: how it is called, and what to use instead."""
    name, owner = getattr(called, "__name__", ""), getattr(called, "__self__", None)
    if name in _CLOCK_METHODS and isinstance(owner, type):
        return f"{owner.__name__}.{name}()", _CLOCK_METHODS[name]
    module = getattr(owner, "__name__", "") or getattr(called, "__module__", "")
    if module == "time" and name in _CLOCK_FUNCTIONS:
        return f"time.{name}()", _CLOCK_FUNCTIONS[name]
    if name in _SYSTEM and (module in ("posix", "nt", "os") or type(owner).__name__ in ("Random", "SystemRandom")):
        return f"{'random' if name != 'urandom' else 'os'}.{name}()", _SYSTEM[name]
    return None


def _function(frame: FrameType) -> tuple[str, str] | None:
    """A function of Python's library, or one that has frozen the time."""
    module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    if module in _OTHER_MODULES:
        return f"{module}.{name}()", _OTHER_MODULES[module]
    if module == "freezegun.api":
        if name in _CLOCK_METHODS:
            return f"datetime.{name}()", _TIME
        if name.startswith("fake_") and name[5:] in _CLOCK_FUNCTIONS:
            return f"time.{name[5:]}()", _TIME
    return None


class Finding(NamedTuple):
    """An orchestrator asks for something else when it is replayed.

    :ivar difference: the first action that differs.
    :ivar suspect: what is to blame, as far as that was seen.
    """

    difference: ActionsDiffer
    suspect: Suspect | None


def find(
    actions: Sequence[Action],
    replay: Callable[[], Decision],
    replay_at_another_time: Callable[[], Decision],
    watch: Watch,
) -> Finding | None:
    """Replay an orchestration and compare what it asks for.

    :param actions: what it has asked for.
    :param replay: replays it.
    :param replay_at_another_time: replays it while the clock shows another time.
    """
    with watch.watching():
        again = replay()
    clocks = [suspect for suspect in watch.suspects if suspect.is_clock]
    difference = compare(actions, again)
    if difference is None and (clocks or watch.is_blind):
        difference = compare(actions, replay_at_another_time())
        return None if difference is None else Finding(difference, next(iter(clocks), None))
    if difference is None:
        return None
    others = [suspect for suspect in watch.suspects if not suspect.is_clock]
    return Finding(difference, next(iter([*others, *clocks]), None))


def compare(actions: Sequence[Action], again: Decision) -> ActionsDiffer | None:
    """The first action that differs; None where none does."""
    for index in range(max(len(actions), len(again.actions))):
        before = actions[index] if index < len(actions) else None
        now = again.actions[index] if index < len(again.actions) else None
        if before != now:
            return ActionsDiffer(index, before, now)
    return None
