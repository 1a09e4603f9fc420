"""What is patched before a host opens and put back within or after, or patched within and put back after."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.table import Rows
from tests.process.scenarios.uses import get, use_what_may_be_wrapped

ROWS = Rows()


def _stub(before: Any) -> Any:
    return lambda *args, **kwargs: before(*args, **kwargs)


PATCHES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "Thread.start": ("threading:Thread", "start", _stub),
    "submit": ("concurrent.futures:ThreadPoolExecutor", "submit", _stub),
    "Session.get_adapter": ("requests:Session", "get_adapter", _stub),
    "Session.send": ("requests:Session", "send", _stub),
    "os.environ": ("os", "environ", lambda before: {**before, "OF_TEST": "1"}),
    "sys.path": ("sys", "path", lambda before: ["/of/test", *before]),
    "sys.meta_path": ("sys", "meta_path", list),
    "sys.path_hooks": ("sys", "path_hooks", list),
    "the root's handlers": ("logging:root", "handlers", list),
    "the root's filters": ("logging:root", "filters", lambda before: [*before, lambda record: True]),
    "warning filters": ("warnings", "filters", list),
    "logging's manager": ("logging:Logger", "callHandlers", _stub),
    "os.getcwd": ("os", "getcwd", _stub),
    "os.chdir": ("os", "chdir", _stub),
    "socket.socket": ("socket", "socket", lambda before: type("S", (before,), {})),
    "socket.getaddrinfo": ("socket", "getaddrinfo", _stub),
    "aiohttp's connect": ("aiohttp.connector:BaseConnector", "connect", _stub),
    "time.time": ("time", "time", _stub),
    "asyncio.new_event_loop": ("asyncio", "new_event_loop", _stub),
}


def _around(what: str, when: str, apps: Apps) -> None:
    """*when*: three letters, of what the patch is made and put back around: o(pened), c(losed), p(atched), b(ack)."""
    from pytest_azfunc import Host

    owner, name, make = PATCHES[what]
    module, _, attribute = owner.partition(":")
    target: Any = importlib.import_module(module)
    target = getattr(target, attribute) if attribute else target
    before: Any = None
    host: Any = None
    for letter in when:
        if letter == "o":
            host = Host.open(apps.first, settings={"GIVEN": "1"})
            host.invoke("Changes")
        elif letter == "c":
            host.close()
        elif letter == "p":
            before = target.__dict__[name]
            setattr(target, name, make(getattr(target, name)))
        else:
            setattr(target, name, before)
        if host is not None and letter != "c" and "c" not in when[: when.index(letter)]:
            host.invoke("Loud")
            host.invoke("Slow")
            assert host.http.get("/api/hello").text == "first"
    use_what_may_be_wrapped()


for _what in PATCHES:
    for _when, _words in {
        "pocb": "before a host is open, and put back after it",
        "pobc": "before a host is open, and put back within",
        "opbc": "and put back while a host is open",
        "opcb": "while a host is open, and put back after it",
    }.items():
        ROWS.add(f"{_what} is patched {_words}", partial(_around, _what, _when))


@ROWS.row("a root filter of the test, added before and removed within")
def _(apps: Apps) -> None:
    import logging

    from pytest_azfunc import Host

    def keep(_: object) -> bool:
        return True

    logging.root.addFilter(keep)
    with Host.open(apps.first) as host:
        host.invoke("Changes")
        assert keep in logging.root.filters
        logging.root.removeFilter(keep)
        host.invoke("Filters")
        assert keep not in logging.root.filters


@ROWS.row("a root filter of the app")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        host.invoke("Filters")


@ROWS.row("a task factory of the test's own loop")
def _(apps: Apps) -> None:
    import asyncio

    from pytest_azfunc import Host

    local: Any = vars(asyncio.get_event_loop_policy()._local)  # type: ignore[attr-defined]
    before = local.copy()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    made = []

    def factory(running: Any, coroutine: Any, **options: Any) -> Any:
        made.append(coroutine)
        return asyncio.Task(coroutine, loop=running, **options)

    loop.set_task_factory(factory)
    with Host.open(apps.first) as host:
        loop.run_until_complete(host.ainvoke("Slow"))
        host.invoke("Slow")
        assert loop.get_task_factory() is factory
    assert asyncio.get_event_loop_policy().get_event_loop() is loop
    local.clear()
    local.update(before)
    loop.close()


@ROWS.row("an environment variable of the test, set within, survives another host's end")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one = Host.open(apps.first)
    two = Host.open(apps.second)
    os.environ["OF_TEST"] = "1"
    one.close()
    stands = os.environ.get("OF_TEST")
    two.close()
    os.environ.pop("OF_TEST", None)
    assert stands == "1", "the closing of one host has undone what the test has set"


@ROWS.row("signal handlers of the test")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    def mine(*_: object) -> None:
        pass

    before = signal.signal(signal.SIGINT, mine)
    with Host.open(apps.first) as host:
        host.invoke("Slow")
        with host.live_server() as server:
            get(f"{server.url}/api/hello")
            assert signal.getsignal(signal.SIGINT) is mine
    assert signal.getsignal(signal.SIGINT) is mine
    signal.signal(signal.SIGINT, before)
