"""Scheme, host and port of a URL: what decides whether a request is for the app. Pure."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# A host on localhost answers to each of them.
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class Origin(NamedTuple):
    """Where an app is; see :meth:`of`."""

    scheme: str
    host: str
    port: int | None
    url: str
    """The origin as it was given: no path, no slash at the end."""

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an absolute URL; host and scheme in lower case, the scheme's own port when none is given.

        :raises ValueError: the port is no number.
        """
        parts = urlsplit(url)
        port = _DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
        return cls(parts.scheme, parts.hostname or "", port, f"{parts.scheme}://{parts.netloc}")

    def has(self, url: str) -> bool:
        """Whether *url* leads to this very origin: no other port, no longer host name."""
        start = len(self.url)
        if url[:start] == self.url and url[start : start + 1] in ("/", "?", ""):
            return True
        try:
            other = Origin.of(url)
        except ValueError:
            return False
        if other.scheme != self.scheme or other.port != self.port:
            return False
        return other.host == self.host or (other.host in _LOOPBACK and self.host in _LOOPBACK)

    @property
    def host_header(self) -> str:
        """What a client writes into ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"
