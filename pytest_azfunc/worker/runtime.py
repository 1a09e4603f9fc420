"""What the invocations of an open worker share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pytest_azfunc.process.surroundings import Surroundings
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import InvocationRequest
from pytest_azfunc.worker.context import Context
from pytest_azfunc.worker.event_loop import WorkerLoop
from pytest_azfunc.worker.logs import worker_log_level
from pytest_azfunc.worker.worker_process import WorkerProcess

if TYPE_CHECKING:
    from pytest_azfunc.worker.web_server import WebServer


class Runtime:
    """What the invocations of an open worker share: the app's surroundings, the loop, the process with its functions.

    It is made when the worker opens: app settings are in the environment by then.

    :ivar root: the app's folder.
    """

    def __init__(self, process: WorkerProcess, loop: WorkerLoop) -> None:
        level = worker_log_level()
        self.root = process.root
        self.process = process
        self.loop = loop
        self.log_handler = process.log_handler
        self.log_handler.floor = self.log_handler.root_level = level
        self.extensions = process.extensions
        self.surroundings = Surroundings(process.root, process.modules, self.log_handler, level)

    @cached_property
    def web_server(self) -> WebServer:
        """The worker's own web server, for functions that stream HTTP."""
        from pytest_azfunc.worker.web_server import WebServer  # which few apps need

        return WebServer()

    def context(self, function: Function | None, request: InvocationRequest) -> Context:
        """The invocation context that the function gets; of no function it is that of the app."""
        if function is None:
            return Context(request.function, self.root, request, self.log_handler.thread_local)
        return Context(function.name, function.folder, request, self.log_handler.thread_local)
