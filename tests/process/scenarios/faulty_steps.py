"""Each fault, in each step of a host's life."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.faults import FAULTS, Fault
from tests.process.scenarios.table import LONG, Rows
from tests.process.scenarios.uses import use_what_may_be_wrapped

ROWS = Rows(may_raise=True)

STEPS = (
    "opening",
    "loading",
    "a call",
    "an async call",
    "the end of a call",
    "the start of a live server",
    "the end of a live server",
    "restarting",
    "closing",
    "everything",
)
# What nobody can do anything about while it lasts; what it keeps from being given back is given back by the row itself.
_IMPOSSIBLE = {
    **{("os.close raises", step): ("open files",) for step in STEPS},
    **{("os.unsetenv raises", step): ("environment",) for step in ("closing", "restarting", "everything")},
    # socket.socketpair() has a descriptor in its hand when socket.socket() raises, and drops it.
    **{("socket.socket raises", step): ("open files",) for step in STEPS},
    ("Thread.join raises", "the end of a live server"): ("threads", "open files"),
    ("Thread.join raises", "everything"): ("threads", "open files"),
}


def _faulty(fault: Fault, step: str, apps: Apps) -> None:
    from pytest_azfunc import Host

    class Is:
        """The fault while the named step is done."""

        def __init__(self, *steps: str) -> None:
            self.context = fault(apps) if step in steps else contextlib.nullcontext()

        def __enter__(self) -> None:
            self.context.__enter__()

        def __exit__(self, *error: Any) -> Any:
            return self.context.__exit__(*error)

    noted: list[BaseException] = []

    @contextlib.contextmanager
    def noting() -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            noted.append(error)

    host = None
    with noting(), Is("everything"):
        with noting(), Is("opening"):
            host = Host.open(apps.first, settings={"GIVEN": "1"})
        if host is not None:
            with noting(), Is("loading"):
                host.worker.load("Loud")
            with noting(), Is("a call"):
                host.invoke("Loud")
            with noting(), Is("an async call"):
                host.invoke("Slow")
            with noting():
                _with_a_fault_at_its_end(host, fault(apps) if step == "the end of a call" else contextlib.nullcontext())
            if step in ("the start of a live server", "the end of a live server", "everything"):
                server = None
                with noting(), Is("the start of a live server"):
                    server = host.live_server()
                    server.start()
                with noting(), Is("the end of a live server"):
                    if server is not None:
                        server.stop()
            with noting(), Is("restarting"):
                if step == "restarting":
                    host.restart()
            with noting(), Is("closing"):
                host.close()
    if host is not None:
        with noting():
            host.close()  # does nothing, or goes on
    use_what_may_be_wrapped()
    if noted:
        raise noted[0]


def _with_a_fault_at_its_end(host: Any, context: Any) -> None:
    import builtins

    state: Any = builtins
    state.azfunc_switch = context.__enter__
    try:
        host.invoke("Switch")
    finally:
        del state.azfunc_switch
        context.__exit__(None, None, None)


_SELDOM = ("loading", "a call", "an async call", "restarting")
# Faults that make a difference in these steps, too.
_OFTEN = ("time", "handlers are None", "the environment is", "sys.", "os.close", "socket.socket", "no more files")
for _fault in FAULTS:
    for _step in STEPS:
        if _step in _SELDOM and not LONG and not _fault.startswith(_OFTEN):
            continue
        if (_fault, _step) == ("the current folder has vanished", "the end of a call"):
            continue  # it would be the function that has gone there
        if _fault != "none" or _step == "everything":
            ROWS.add(
                f"{_fault}: {_step}", partial(_faulty, FAULTS[_fault], _step), _IMPOSSIBLE.get((_fault, _step), ())
            )
