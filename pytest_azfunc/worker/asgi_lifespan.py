"""The end of an ASGI app's life.

``AsgiFunctionApp`` sends the lifespan startup with its first request and the shutdown when the process ends. So does
the worker process here, which serves all tests of an app in a session.
"""

from __future__ import annotations

import importlib
from typing import Any

from pytest_azfunc.process.event_loops import loop_of
from pytest_azfunc.project.indexing import sdk_internals
from pytest_azfunc.worker.event_loop import WorkerLoop

# Seconds that an app has for its shutdown.
_PATIENCE = 5.0


def has_begun(app: Any) -> bool:
    """Whether *app* is an ``AsgiFunctionApp`` that has sent the startup, in vain perhaps."""
    return getattr(getattr(app, "middleware", None), "lifespan_receive_queue", None) is not None


def lives_on(app: Any, loop: WorkerLoop) -> bool:
    """Whether the lifespan of *app* runs on this loop; on another, such as that of an async test, it ended with it."""
    return bool(app.startup_task_done) and loop.is_this(loop_of(app.middleware.lifespan_startup_event))


def end_lifespan(app: Any, loop: WorkerLoop) -> None:
    """Send the shutdown and wait for it, then leave *app* as if it had never started."""
    import asyncio

    try:
        if lives_on(app, loop):
            loop.run(asyncio.wait_for(app.middleware.notify_shutdown(), _PATIENCE))
    except asyncio.TimeoutError:
        pass  # the loop's end cancels it
    finally:
        forget_lifespan(app)


def forget_lifespan(app: Any) -> None:
    """Leave *app* as if it had never started."""
    middleware = app.middleware
    app.startup_task_done = False
    fresh = importlib.import_module("azure.functions").AsgiMiddleware(sdk_internals.asgi_app(middleware))
    for name in sdk_internals.LIFESPAN:
        setattr(middleware, name, getattr(fresh, name))
    middleware.state.clear()
