"""An async function: the same invoke, nothing to await, no plugin for async tests."""

import pytest
import requests

from pytest_azfunc import Host, Invoke, http


def test_all_warehouses_are_asked(invoke: Invoke) -> None:
    result = invoke("CheckStock", http("GET", "/api/stock/tea"))

    assert result.json() == {"Oslo": 4, "Lyon": 4}


def test_logs_of_tasks_belong_to_the_invocation(invoke: Invoke) -> None:
    result = invoke("CheckStock", http("GET", "/api/stock/cup"))

    assert result.logs.messages == ["Oslo was asked for cup", "Lyon was asked for cup", "cup is sold out"]


def test_what_the_console_of_func_start_would_show(invoke: Invoke) -> None:
    result = invoke("CheckStock", http("GET", "/api/stock/cup"))

    assert result.logs.console == ["cup is sold out"]  # host.json lets warnings of this function through


@pytest.mark.azfunc(settings={"WAREHOUSES": "Bergen"})
def test_with_other_settings(invoke: Invoke) -> None:
    result = invoke("CheckStock", http("GET", "/api/stock/tea"))

    assert result.json() == {"Bergen": 6}


def stock_of(shop: str, sku: str) -> int:
    """A client of the shop, as it stands in another program: it knows nothing of tests."""
    answer = requests.get(f"{shop}/api/stock/{sku}", timeout=5)
    answer.raise_for_status()
    return sum(answer.json().values())


def test_a_client_that_knows_nothing_of_tests(azfunc_host: Host) -> None:
    assert stock_of(azfunc_host.url, "tea") == 8


def test_the_client_fails_where_the_shop_does_not_answer(azfunc_host: Host) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        stock_of(azfunc_host.url, "tea/green")
