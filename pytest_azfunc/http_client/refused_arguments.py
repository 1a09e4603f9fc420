"""Which argument of a request it is that cannot be sent: requests raises what its codecs raise, and names none."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import requests

from pytest_azfunc.errors import ArgumentError, BindingError
from pytest_azfunc.host.bindings.builder_arguments import UTF8_TEXT, is_utf8, wrong_value
from pytest_azfunc.host.bindings.builder_calls import unknown_argument
from pytest_azfunc.http_client.adapter import read_body

__tracebackhide__ = True

_CLIENT = frozenset(("requests", "urllib3", "idna", "certifi", "charset_normalizer", "chardet", "pytest_azfunc"))
_OF_APP_SESSION: Final = ("key", "principal")
_EXPECTED: Final = {
    "params": "a text, a mapping, or pairs",
    "headers": "a mapping of names to texts of one line",
    "cookies": "a mapping of texts, or a cookie jar",
    "json": "what JSON can say",
    "data": "text, bytes, form fields (a mapping, or pairs), or what gives bytes when it is read",
    "files": "a mapping of names to files, or pairs",
    "auth": "a pair of user and password, or what is called with the request",
    "method": "the name of a method",
    "url": "a path or a URL",
}


def refusal(builder: str, error: Exception, arguments: Mapping[str, Any]) -> BindingError | None:
    """The error for the argument that *error* comes from; None where it comes from the test's own code, or from none.

    :param builder: who was given the arguments.
    :param arguments: those of ``requests.Request``, of which *error* refuses one.
    """
    if not _is_of_client(error):
        return None
    for name, value in arguments.items():
        if value is None or (name == "auth" and callable(value)):  # which is the test's own code
            continue
        try:
            _encode(**{name: value})
        except Exception as again:
            if type(again) is type(error):
                return wrong_value(builder, name, value, _expected(name, again))
    # What can be read once has nothing left for a second try, and the test's own code is not called a second time.
    for name, value in arguments.items():
        if isinstance(value, Iterator) or (name == "auth" and callable(value)):
            return wrong_value(builder, name, value, _expected(name, error))
    return None


def unknown_option(builder: str, options: Mapping[str, Any]) -> ArgumentError | None:
    """The error for the first of the options that no request of a session has; None where there is none."""
    known = [*list(inspect.signature(requests.Session.request).parameters)[1:], *_OF_APP_SESSION]
    unknown = next((name for name in options if name not in known), None)
    return None if unknown is None else unknown_argument(builder, unknown, known)


def _encode(method: str = "POST", url: str = "http://localhost/", **argument: Any) -> None:
    request = requests.Request(method, url, **argument).prepare()
    read_body(request.body or b"")
    for name, value in request.headers.items():
        for text in (name, value):
            if isinstance(text, str):
                text.encode("latin-1")


def _expected(name: str, error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"text that {error.encoding.upper()} can carry" if is_utf8(error.object) else UTF8_TEXT
    return _EXPECTED.get(name, "what requests can send")


def _is_of_client(error: Exception) -> bool:
    """Whether nobody's code but the client's and the standard library's led to an error."""
    frames = error.__traceback__
    frames = frames and frames.tb_next  # the first one is that of the caller here
    while frames is not None:
        package = frames.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in _CLIENT and package not in sys.stdlib_module_names:
            return False
        frames = frames.tb_next
    return True
