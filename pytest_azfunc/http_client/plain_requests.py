"""Plain ``requests.get(url)`` reaches open apps too, with any session; every other host is left alone.

requests need not be imported for it: as long as it is not, a hook waits for the import.
"""

from __future__ import annotations

import sys
import threading
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_azfunc.process.import_hooks import ImportWatch

if TYPE_CHECKING:
    from pytest_azfunc.host.web.http_response import Serve
    from pytest_azfunc.http_client.origin import Origin

_MODULE = "requests.sessions"
_NAME = "get_adapter"


class PlainRequests:
    """Makes one app reachable while the ``with`` block runs. Blocks nest, and end in any order.

    :param base_url: scheme, host and port of the app. Only URLs of exactly these are taken.
    :param serve: answers requests; they get no key.
    """

    def __init__(self, base_url: str, serve: Serve) -> None:
        self._base_url = base_url
        self._serve = serve

    @cached_property
    def origin(self) -> Origin:
        """Where the app is; most tests send no request that it has to be compared with."""
        from pytest_azfunc.http_client.origin import Origin

        return Origin.of(self._base_url)

    @cached_property
    def adapter(self) -> Any:
        """The way to the app."""
        from pytest_azfunc.http_client.adapter import AppAdapter

        return AppAdapter(self._base_url, self._serve, adds_key=False)

    def adapter_for(self, session: Any, url: str) -> Any:
        """The way to the app for this session, which may have mounted an adapter that retries."""
        from pytest_azfunc.http_client.retries import with_retries

        return with_retries(self.adapter, session, url)

    def __enter__(self) -> PlainRequests:
        _REACHABLE.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        _REACHABLE.remove(self)


class _Reachable:
    """The apps that can be reached, and the hook in requests that is there as long as one can."""

    def __init__(self) -> None:
        self._apps: tuple[PlainRequests, ...] = ()
        self._lock = threading.RLock()
        self._watch = ImportWatch(_MODULE, self._hook_in)

    def add(self, app: PlainRequests) -> None:
        with self._lock:
            self._apps = (*self._apps, app)
            self._watch.start()

    def remove(self, app: PlainRequests) -> None:
        with self._lock:
            self._apps = tuple(other for other in self._apps if other is not app)
            if not self._apps:
                self._watch.stop()
                self._unhook()

    def find(self, session: Any, url: str) -> Any:
        """The adapter for a URL of an app, of the one that was opened last; None for other URLs."""
        if not self._apps:
            self._unhook()  # somebody who had hooked in after us has just put us back
        return next((app.adapter_for(session, url) for app in reversed(self._apps) if app.origin.has(url)), None)

    def _hook_in(self, module: Any) -> None:
        from pytest_azfunc.http_client.routed_adapters import RoutedAdapters

        present = module.Session.__dict__[_NAME]
        if self._apps and not isinstance(present, RoutedAdapters):
            module.Session.get_adapter = RoutedAdapters(self.find, present)

    def _unhook(self) -> None:
        session_class = getattr(sys.modules.get(_MODULE), "Session", None)
        if session_class is None:
            return
        from pytest_azfunc.http_client.routed_adapters import RoutedAdapters

        while isinstance(present := session_class.__dict__[_NAME], RoutedAdapters):
            session_class.get_adapter = present.original


_REACHABLE = _Reachable()
