"""A ``get_adapter`` for sessions of requests that sends some URLs to an app, and leaves all others alone."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

_NAME = "get_adapter"


class RoutedAdapters:
    """Stands in a session class under the name ``get_adapter``.

    It is a data descriptor: mocking libraries put their own ``get_adapter`` into the session itself, where it would
    hide a plain method. What they put there is still asked, for the URLs that are not an app's.

    :param find: the adapter for a session and a URL; None when the URL is not for an app.
    :param original: what stood here before, or the class whose ``get_adapter`` to ask.
    """

    def __init__(self, find: Callable[[Any, str], Any], original: Any) -> None:
        self._find = find
        self.original = original

    def __get__(self, session: Any, owner: type | None = None) -> Any:
        return self if session is None else MethodType(self, session)

    def __set__(self, session: Any, value: Any) -> None:
        if getattr(value, "__func__", None) is self:  # somebody puts back what was read here
            session.__dict__.pop(_NAME, None)
        else:
            session.__dict__[_NAME] = value

    def __delete__(self, session: Any) -> None:
        if _NAME not in session.__dict__:
            raise AttributeError(_NAME)
        del session.__dict__[_NAME]

    def __call__(self, session: Any, url: str) -> Any:
        """The adapter for *url*, as ``requests.Session.get_adapter`` returns it."""
        adapter = self._find(session, url)
        if adapter is not None:
            return adapter
        own = session.__dict__.get(_NAME)
        if own is not None:
            return own(url)
        original = getattr(self.original, _NAME) if isinstance(self.original, type) else self.original
        return original(session, url)
