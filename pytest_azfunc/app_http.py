"""HTTP in a running app: the ways in that a test is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.http_entrances import HttpEntrances
from pytest_azfunc.rpc import WorkerChannel

if TYPE_CHECKING:
    from pytest_azfunc.host.web.authorization import Keys
    from pytest_azfunc.host.web.http_response import Answer
    from pytest_azfunc.http_client import AppSession
    from pytest_azfunc.http_server import LiveServer

__tracebackhide__ = True


class HttpApp:
    """What of a running app has to do with HTTP.

    :ivar worker: the worker.
    """

    worker: WorkerChannel
    _behaviour: Behaviour
    _entrances: HttpEntrances

    @property
    def url(self) -> str:
        """Where the app is, such as ``http://localhost:7071``: plain ``requests`` reaches it there, too."""
        return self._entrances.url

    @property
    def http(self) -> AppSession:
        """A ``requests.Session`` onto the app; see the fixture ``azfunc_http``."""
        return self._open_entrances.session

    @property
    def wsgi(self) -> Callable[..., Any]:
        """The app as a WSGI application, for any WSGI client."""
        return self._open_entrances.wsgi

    @property
    def refusals(self) -> Sequence[Answer]:
        """The latest answers to HTTP clients that no function gave, each with its ``cause``."""
        return self._entrances.refusals

    @property
    def keys(self) -> Keys:
        """The keys that open functions: ``.master``, ``.host``, ``.system``, ``.function(name)``."""
        return self._entrances.web_host.keys

    def live_server(self) -> LiveServer:
        """A server on a real socket of the loopback interface; see the fixture ``azfunc_live_server``."""
        server = self._open_entrances.live_server()
        self.worker.run_loop_on_a_thread()
        return server

    @property
    def _open_entrances(self) -> HttpEntrances:
        self._behaviour.settings()  # raises when it is closed
        return self._entrances
