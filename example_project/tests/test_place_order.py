"""HTTP functions: bare payloads, requests built with http(), responses, outputs beside the response."""

from collections.abc import Callable

import pytest

from pytest_azfunc import Invocation, http

TEA = {"id": 7, "lines": [{"sku": "tea", "quantity": 2}]}


def test_a_dict_is_the_body_of_the_request(invoke: Callable[..., Invocation]) -> None:
    result = invoke("PlaceOrder", TEA)  # POST /api/orders: the only method and the only route of the function

    assert result.status_code == 202
    assert result.json() == {"id": 7, "total": 900}


def test_the_order_is_put_on_the_queue(invoke: Callable[..., Invocation]) -> None:
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
def test_what_is_no_order_is_refused(invoke: Callable[..., Invocation], request_body: object, complaint: str) -> None:
    result = invoke("PlaceOrder", request_body)

    assert result.status_code == 400
    assert result.text == complaint
    assert "orders" not in result.outputs  # never set, so Azure would put nothing on the queue


def test_a_request_in_full(invoke: Callable[..., Invocation]) -> None:
    request = http("POST", "/api/orders?source=web", json=TEA, headers={"X-Request-Id": "abc"})

    response = invoke("PlaceOrder", request).http

    assert response is not None  # a genuine requests.Response
    assert response.ok
    assert response.headers["content-type"] == "application/json"
    assert response.request.url == "http://localhost:7071/api/orders?source=web"
