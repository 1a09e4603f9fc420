"""Input bindings: what the function finds there is given by keyword, under the binding's name."""

from pytest_azfunc import Invoke, http


def test_the_receipt_is_shown(invoke: Invoke) -> None:
    result = invoke("GetOrder", http("GET", "/api/orders/7"), receipt={"id": 7, "status": "paid"})

    assert result.json() == {"id": 7, "status": "paid"}


def test_without_a_receipt_there_is_no_order(invoke: Invoke) -> None:
    result = invoke("GetOrder", http("GET", "/api/orders/8"))  # no such blob: the function gets None, as in Azure

    assert result.status_code == 404
    assert result.text == "no order 8"
