"""Several hosts, opened and closed in any order, on any thread."""

from __future__ import annotations

import contextlib
import gc
import os
import traceback
from functools import partial
from typing import Any

from tests.process.scenarios.apps import NAMES, Apps
from tests.process.scenarios.table import Rows

ROWS = Rows()


def _order(opened: tuple[str, ...], closed: tuple[str, ...], apps: Apps) -> None:
    from pytest_azfunc import Host

    hosts = {}
    for name in opened:
        hosts[name] = Host.open(getattr(apps, name), settings={f"GIVEN_{name}": "1"})
        hosts[name].invoke("Changes")
        assert hosts[name].http.get("/api/hello").text == name
    still = list(opened)
    for name in closed:
        hosts[name].close()
        still.remove(name)
        assert f"GIVEN_{name}" not in os.environ, f"a setting of {name}, which is closed"
        for other in still:
            assert os.environ.get(f"GIVEN_{other}") == "1", f"no setting of {other}, which is open"
            assert os.environ.get(f"ONLY_{other.upper()}") == other, f"no setting of {other}'s file"
            assert hosts[other].http.get("/api/hello").text == other
            hosts[other].invoke("Slow")


for _closed in [
    (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)
]:  # fmt: skip
    _ordered = tuple(NAMES[i] for i in _closed)
    ROWS.add(f"three hosts, closed as {', '.join(_ordered)}", partial(_order, NAMES, _ordered))
ROWS.add("two hosts, the first is closed first", partial(_order, ("first", "second"), ("first", "second")))


@ROWS.row("two hosts of one app, the first is closed first")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one, two = Host.open(apps.first), Host.open(apps.first)
    one.invoke("Changes")
    two.invoke("Changes")
    one.close()
    assert two.http.get("/api/hello").text == "first"
    assert os.environ["ONLY_FIRST"] == "first"
    two.close()


@ROWS.row("a host is closed twice, and once more while another one is open")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one = Host.open(apps.first)
    one.close()
    one.close()
    with Host.open(apps.second) as two:
        one.close()
        assert two.http.get("/api/hello").text == "second"
        assert os.environ["SHARED"] == "second"


@ROWS.row("a host that would not open is closed")
def _(apps: Apps) -> None:
    from pytest_azfunc import AzfuncError, Host

    with contextlib.suppress(AzfuncError, TypeError):
        Host.open(apps.first, settings={"GIVEN": "1", "NO=NAME": "2"})
    with contextlib.suppress(AzfuncError, TypeError):
        Host.open(apps.first, settings={"GIVEN": "1", "NUL": "\0"})


@ROWS.row("a host that nobody closes is collected")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    Host.open(apps.first).close()
    host = Host.open(apps.first)
    host.invoke("Slow")
    host.close()
    del host
    gc.collect()


@ROWS.row("an ASGI app with a lifespan")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    for _ in range(2):
        with Host.open(apps.decorators) as host:
            assert host.http.get("/x").text == "shop"


@ROWS.row("opened and closed 50 times")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    for _ in range(50):
        with Host.open(apps.first) as host:
            host.invoke("Slow")


def _on_threads(names: tuple[str, ...], rounds: int, apps: Apps) -> None:
    import threading

    from pytest_azfunc import Host

    barrier = threading.Barrier(len(names))
    wrong: list[BaseException] = []

    def use(name: str) -> None:
        try:
            for _ in range(rounds):
                barrier.wait(10)
                host = Host.open(getattr(apps, name))
                barrier.wait(10)
                try:
                    assert host.http.get("/api/hello").text == name
                    host.invoke("Quiet")
                finally:
                    barrier.wait(10)
                    host.close()
        except BaseException as error:
            wrong.append(error)
            barrier.abort()

    threads = [threading.Thread(target=use, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    real = [error for error in wrong if not isinstance(error, threading.BrokenBarrierError)]
    assert not real, repr(real[0]) + "".join(traceback.format_tb(real[0].__traceback__)[-2:])


ROWS.add("three apps on three threads", partial(_on_threads, NAMES, 5))
ROWS.add("one app on four threads", partial(_on_threads, ("first",) * 4, 5))
ROWS.add("two apps on six threads", partial(_on_threads, ("first", "second") * 3, 3))


@ROWS.row("opened on one thread, closed on another")
def _(apps: Apps) -> None:
    import threading

    from pytest_azfunc import Host

    hosts: list[Any] = []
    for work in (
        lambda: hosts.append(Host.open(apps.first)),
        lambda: hosts[0].invoke("Slow"),
        lambda: hosts[0].close(),
    ):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
