"""Uses of a host from outside, and of what it may have wrapped."""

from __future__ import annotations

from typing import Any


def get(url: str) -> bytes:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            body: bytes = response.read()
            return body
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


def use_what_may_be_wrapped() -> None:
    """A wrapper that somebody has put back after the host was closed finds out at its first use."""
    import socket
    import threading
    from concurrent.futures import ThreadPoolExecutor

    import requests
    from aiohttp.connector import BaseConnector

    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    with requests.Session() as session:
        session.get_adapter("http://localhost:7071/")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
    assert socket.getaddrinfo("127.0.0.1", 80)
    connecting: Any = BaseConnector.connect
    connecting(None, None, None, None).close()  # it is a coroutine, and nobody waits for it
