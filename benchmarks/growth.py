"""10,000 invocations: nothing may grow - memory, threads, log handlers, modules."""

from __future__ import annotations

import gc
import logging
import sys
import tempfile
import threading
import tracemalloc
from pathlib import Path

from app_factory import write_app

from pytest_azfunc import Host, http, queue


def measure(host: Host) -> dict[str, int]:
    """What is there now."""
    gc.collect()
    return {
        "traced KiB": tracemalloc.get_traced_memory()[0] // 1024,
        "threads": threading.active_count(),
        "root handlers": len(logging.root.handlers),
        "loggers": len(logging.root.manager.loggerDict),
        "modules": len(sys.modules),
        "kept invocations": len(host.invocations),
    }


def main(count: int = 10_000) -> None:
    """Print the figures before and after."""
    tracemalloc.start()
    with tempfile.TemporaryDirectory() as folder, Host.open(write_app(Path(folder).resolve())) as host:
        run(host, 100)
        before = measure(host)
        run(host, count)
        after = measure(host)
    for name, value in before.items():
        print(f"{name:20} {value:10} -> {after[name]:10}")


def run(host: Host, count: int) -> None:
    """Invoke both functions in turn; results are let go, as a test lets go of them at its end."""
    for number in range(count // 2):
        host.invoke("Hello", http("GET", "/api/hello", params={"name": str(number)}))
        host.invoke("Orders", queue({"id": number}))
        host.invocations.clear()


if __name__ == "__main__":
    main()
