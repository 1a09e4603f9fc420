"""The retries that a client asks for, with ``HTTPAdapter(max_retries=Retry(...))``."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError
from urllib3.util.request import set_file_position
from urllib3.util.retry import Retry

from pytest_azfunc.http_client.requests_internals import body_position

__tracebackhide__ = True


def with_retries(adapter: BaseAdapter, session: requests.Session, url: str) -> BaseAdapter:
    """*adapter*, with the retries of the one that is mounted in the session for the URL."""
    lower = url.lower()
    mounted = next((each for prefix, each in session.adapters.items() if lower.startswith(prefix.lower())), None)
    retries = getattr(mounted, "max_retries", None)
    if not isinstance(retries, Retry) or not (retries.total or retries.status_forcelist):
        return adapter
    return RetryingAdapter(adapter, retries)


class RetryingAdapter(BaseAdapter):
    """Sends a request again while the status of the answer calls for it, as urllib3 does.

    :param adapter: sends each of the requests.
    :param retries: which statuses of which methods, how often, and how long to wait.
    """

    def __init__(self, adapter: BaseAdapter, retries: Retry) -> None:
        super().__init__()
        self._adapter = adapter
        self._retries = retries

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override, unused-ignore]
        """Answer *request*.

        :raises requests.exceptions.RetryError: the last attempt failed as well.
        :raises Exception: what the app raises.
        """
        retries, method, body = self._retries, request.method or "GET", request.body
        start = set_file_position(body, body_position(request))
        while True:
            response = self._adapter.send(request, *args, **options)
            raw: Any = response.raw
            raw.retries = retries
            if not retries.is_retry(method, response.status_code, "Retry-After" in response.headers):
                return response
            try:
                retries = retries.increment(method, request.path_url, response=raw)
            except MaxRetryError as error:
                if retries.raise_on_status:
                    raise requests.exceptions.RetryError(error, request=request) from error
                return response
            retries.sleep(raw)
            set_file_position(body, start)

    def close(self) -> None:
        """Nothing is open."""
