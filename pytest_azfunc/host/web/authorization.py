"""Keys and authorization levels: who may call which function.

Sources: azure-functions-host, AuthenticationLevelHandler.cs (where the key stands in a request), SecretManager.cs (what
a key is good for), AuthUtility.cs (which level is enough).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_plus

from pytest_azfunc.errors import FunctionNotFound, listing, suggestion
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.project.names import NameMapping

Level = Literal["anonymous", "user", "function", "system", "admin"]

KEY_HEADER = "x-functions-key"
KEY_PARAMETER = "code"
DEFAULT_LEVEL: Level = "function"
DEFAULT_KEY = "default"

_NO_CLAIMS: frozenset[str] = frozenset()
_ADMIN: frozenset[str] = frozenset(["admin"])
_SYSTEM: frozenset[str] = frozenset(["system"])
_FUNCTION: frozenset[str] = frozenset(["function"])
_SHOWN_FUNCTIONS = 5


@dataclass(frozen=True, repr=False)
class Keys:
    """The access keys of an app, to be sent as the header ``x-functions-key`` or as ``?code=``.

    In Azure they are random texts in the app's secret store. Here they are readable, and the same in every run::

        host.http.get("/api/Report", headers={"x-functions-key": host.keys.function("Report")})

    :ivar master: the master key (``_master``): it opens everything.
    :ivar host: name -> key that opens every function of level ``function``; a new app has ``default``.
    :ivar system: name -> key for level ``system``, as extensions use for their webhooks.
    :ivar functions: function -> name -> key that opens this function only; functions are looked up without case.
    """

    master: str
    host: Mapping[str, str]
    system: Mapping[str, str]
    functions: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "functions", NameMapping(self.functions.items()))

    @classmethod
    def for_app(cls, function_names: Iterable[str]) -> Keys:
        """The keys of an app with these functions: one of each kind, all different, none in need of URL encoding."""
        functions = {name: {DEFAULT_KEY: f"function-key-of-{name}"} for name in function_names}
        return cls("master-key", {DEFAULT_KEY: "host-key"}, {DEFAULT_KEY: "system-key"}, functions)

    def function(self, name: str) -> str:
        """The default key of the function *name*, case ignored; it opens no other function.

        :raises FunctionNotFound: no function of that name has a key; the message names the nearest.
        """
        key = default_of(self.functions.get(name, {}))
        if key is None:
            near, known = suggestion(name, self.functions), listing("Known", self.functions)
            raise FunctionNotFound("function-not-found", name=name, suggestion=near, known=known)
        return key

    def __repr__(self) -> str:
        names = list(self.functions)
        shown = {name: dict(self.functions[name]) for name in names[:_SHOWN_FUNCTIONS]}
        more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
        return f"<Keys master={self.master!r} host={self.host!r} system={self.system!r} functions={shown!r}{more}>"


def default_of(keys: Mapping[str, str]) -> str | None:
    """Of several keys the one named ``default``, or else the first; None where there are none."""
    return keys.get(DEFAULT_KEY) or next(iter(keys.values()), None)


def given_key(request: PreparedRequest) -> str | None:
    """The key that a request brings, or None where there is neither the header nor the query parameter.

    A header hides the query, even when it is empty; of several values only the first counts. Names ignore case.
    """
    for name, value in request.headers:
        if len(name) == len(KEY_HEADER) and name.lower() == KEY_HEADER:
            return value.strip(" \t")
    for pair in request.url.partition("#")[0].partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(name).lower() == KEY_PARAMETER:
            return unquote_plus(value)
    return None


def claims(keys: Keys, function: str | None, key: str | None) -> frozenset[str]:
    """The level that *key* gives its bearer at *function*, as a set of one; empty for a stranger.

    Keys are compared with case, functions without. Where several are equal, the first kind counts: master, system,
    host, function.

    :param function: the function that the route led to; None for the host's own addresses, which no function's key
        opens.
    """
    if not key:
        return _NO_CLAIMS
    if key == keys.master:
        return _ADMIN
    if key in keys.system.values():
        return _SYSTEM
    if key in keys.host.values():
        return _FUNCTION
    own = None if function is None else keys.functions.get(function)
    return _FUNCTION if own and key in own.values() else _NO_CLAIMS


def is_authorized(required: str | None, claims: Iterable[str]) -> bool:
    """Whether these claims are enough for a function of that level.

    Levels do not include one another, but ``admin`` opens all of them.

    :param required: the trigger's ``authLevel`` in any case; None and an empty text stand for ``function``.
    """
    level = (required or DEFAULT_LEVEL).lower()
    return level == "anonymous" or "admin" in claims or level in claims


def key_for(required: str | None, function: str, keys: Keys) -> str | None:
    """The least key that opens *function*: a caller with no more rights than it needs. None for ``anonymous``.

    Level ``user`` has no keys of its own, so it takes the master key, as ``admin`` does.
    """
    level = (required or DEFAULT_LEVEL).lower()
    if level == "anonymous":
        return None
    if level == "function":
        return default_of(keys.functions.get(function, {})) or default_of(keys.host) or keys.master
    if level == "system":
        return default_of(keys.system) or keys.master
    return keys.master
