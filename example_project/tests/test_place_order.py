"""HTTP functions: bare payloads, requests built with http(), responses, outputs beside the response; and as a client.

``invoke`` calls the function itself. ``azfunc_http`` is a client of the whole app: the URL must find the function, and
the key must open it.
"""

import pytest

from pytest_azfunc import Host, Invoke, http
from pytest_azfunc.http_client.session import AppSession

TEA = {"id": 7, "lines": [{"sku": "tea", "quantity": 2}]}


def test_a_dict_is_the_body_of_the_request(invoke: Invoke) -> None:
    result = invoke("PlaceOrder", TEA)  # POST /api/orders: the only method and the only route of the function

    assert result.status_code == 202
    assert result.json() == {"id": 7, "total": 900}


def test_the_order_is_put_on_the_queue(invoke: Invoke) -> None:
    result = invoke("PlaceOrder", TEA)

    assert result.outputs["orders"].json() == TEA


@pytest.mark.parametrize(
    ("request_body", "complaint"),
    [
        ('{"id": 7', "not an order: HTTP request does not contain valid JSON data"),
        ({"lines": [{"sku": "tea", "quantity": 2}]}, "not an order: 'id'"),
        ({"id": 7, "lines": []}, "not an order: order 7 has no lines"),
        ({"id": 7, "lines": [{"sku": "spoon", "quantity": 1}]}, "not an order: not for sale: spoon"),
    ],
)
def test_what_is_no_order_is_refused(invoke: Invoke, request_body: object, complaint: str) -> None:
    result = invoke("PlaceOrder", request_body)

    assert result.status_code == 400
    assert result.text == complaint
    assert "orders" not in result.outputs  # never set, so Azure would put nothing on the queue


def test_a_request_in_full(invoke: Invoke) -> None:
    request = http("POST", "/api/orders?source=web", json=TEA, headers={"X-Request-Id": "abc"})

    response = invoke("PlaceOrder", request).http

    assert response is not None  # a genuine requests.Response
    assert response.ok
    assert response.headers["content-type"] == "application/json"
    assert response.request.url == "http://localhost:7071/api/orders?source=web"


def test_a_client_orders(azfunc_http: AppSession) -> None:
    response = azfunc_http.post("/api/orders", json=TEA)

    assert response.status_code == 202
    assert response.json() == {"id": 7, "total": 900}
    assert response.invocation is not None
    assert response.invocation.outputs["orders"].json() == TEA


def test_a_client_needs_a_key(azfunc_http: AppSession, azfunc_host: Host) -> None:
    assert azfunc_http.post("/api/orders", json=TEA, key=None).status_code == 401
    assert azfunc_http.post("/api/orders", json=TEA, key=azfunc_host.keys.function("PlaceOrder")).status_code == 202


@pytest.mark.parametrize("path", ["/orders", "/api/PlaceOrder"])
def test_where_there_is_no_function(azfunc_http: AppSession, path: str) -> None:
    response = azfunc_http.post(path, json=TEA)

    assert response.status_code == 404
    assert response.invocation is None  # the answer is the host's: without the prefix, or by its name, nobody is found


def test_a_defect_as_a_client_sees_it(
    azfunc_http: AppSession, azfunc_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(order: object) -> int:
        raise RuntimeError("no prices")

    monkeypatch.setattr("PlaceOrder.total", fail)
    azfunc_host.raise_exceptions = False  # as in Azure; otherwise the exception would come out of post()
    azfunc_host.failures.expect(RuntimeError, match="no prices")

    response = azfunc_http.post("/api/orders", json=TEA)

    assert response.status_code == 500
    assert response.content == b""
