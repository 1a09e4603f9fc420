"""App settings: local.settings.json, changed for a test by a mark or in the test itself."""

import os
from collections.abc import Callable, MutableMapping

import pytest

from pytest_azfunc import Invocation


def test_values_come_from_the_file(azfunc_settings: MutableMapping[str, str]) -> None:
    assert azfunc_settings["SHOP_CURRENCY"] == "EUR"
    assert os.environ["SHOP_CURRENCY"] == "EUR"  # settings are environment variables, as in Azure


@pytest.mark.azfunc(settings={"SHOP_CURRENCY": "NOK"})
def test_a_mark_changes_them(invoke: Callable[..., Invocation]) -> None:
    assert "in NOK" in invoke("SalesReport").outputs["report"].text


def test_so_does_the_fixture(invoke: Callable[..., Invocation], azfunc_settings: MutableMapping[str, str]) -> None:
    azfunc_settings["SHOP_CURRENCY"] = "GBP"

    assert "in GBP" in invoke("SalesReport").outputs["report"].text


def test_a_missing_setting(invoke: Callable[..., Invocation], azfunc_settings: MutableMapping[str, str]) -> None:
    del azfunc_settings["SHOP_CURRENCY"]

    with pytest.raises(KeyError, match="SHOP_CURRENCY"):
        invoke("SalesReport")
