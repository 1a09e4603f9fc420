"""From the order to the receipt: messages go from function to function, and nothing leaves the process."""

import pytest

from pytest_azfunc import AppSession, Host

ORDER = {"id": 7, "lines": [{"sku": "tea", "quantity": 2}]}


@pytest.fixture(autouse=True)
def charges(monkeypatch: pytest.MonkeyPatch, azfunc_host: Host) -> None:
    """No test goes over the network."""
    monkeypatch.setattr("ProcessOrder.charge", lambda order_id, cents: "payment-1")


def test_from_the_order_to_the_receipt(azfunc_http: AppSession, azfunc_host: Host) -> None:
    assert azfunc_http.post("/api/orders", json=ORDER).status_code == 202

    runs = azfunc_host.drain()

    assert [run.function for run in runs] == ["ProcessOrder", "StoreReceipt"]
    assert azfunc_host.blob("receipts/7.json").json()["total"] == 900
    assert azfunc_http.get("/api/orders/7").json()["status"] == "paid"


def test_the_bank_is_down_twice(azfunc_http: AppSession, azfunc_host: Host) -> None:
    azfunc_host.fail("ProcessOrder", TimeoutError("bank"), times=2)
    azfunc_http.post("/api/orders", json=ORDER)

    azfunc_host.drain()

    assert "order 7 seen 3 times" in azfunc_host.logs
    assert azfunc_host.blob("receipts/7.json").exists


def test_the_bank_is_down_for_good(azfunc_http: AppSession, azfunc_host: Host) -> None:
    azfunc_host.fail("ProcessOrder", TimeoutError("bank"), times=5)
    azfunc_http.post("/api/orders", json=ORDER)

    azfunc_host.drain()

    assert azfunc_host.queue("orders").messages == []
    assert azfunc_host.queue("orders-poison").messages[0].json() == ORDER
    assert not azfunc_host.blob("receipts/7.json").exists


def test_a_receipt_may_come_twice(azfunc_host: Host) -> None:
    azfunc_host.assert_idempotent("StoreReceipt", {"id": 7, "status": "paid"})
