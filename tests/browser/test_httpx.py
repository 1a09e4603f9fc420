"""httpx, blocking and asynchronous, on the app's socket."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from pytest_azfunc import Host
from pytest_azfunc.http_server import LiveServer

pytestmark = pytest.mark.azfunc(project=str(Path(__file__).parent / "shop"))


def test_a_client(azfunc_live_server: LiveServer, azfunc_host: Host) -> None:
    key = {"x-functions-key": azfunc_host.keys.function("Orders")}

    with httpx.Client(base_url=azfunc_live_server.url) as client:
        ordered = client.post("/api/orders", json={"article": "cheese"}, headers=key)
        refused = client.post("/api/orders", json={"article": "cheese"})

    assert (ordered.status_code, ordered.text) == (202, "ordered cheese")
    assert (refused.status_code, refused.content) == (401, b"")
    assert azfunc_host.invocations[-1].outputs["order"].text == "cheese"


def test_an_asynchronous_client(azfunc_live_server: LiveServer) -> None:
    async def meet() -> list[str]:
        async with httpx.AsyncClient(base_url=azfunc_live_server.url) as client:
            answers = await asyncio.gather(*(client.get(f"/api/together/{number}") for number in range(4)))
        return [answer.text for answer in answers]

    assert asyncio.run(meet()) == ["met 0", "met 1", "met 2", "met 3"]


def test_a_wsgi_transport(azfunc_host: Host) -> None:
    transport = httpx.WSGITransport(app=azfunc_host.wsgi)

    with httpx.Client(transport=transport, base_url="http://shop") as client:
        assert client.get("/api/visits").text == "visit 1"
        assert client.get("/nowhere").status_code == 404
