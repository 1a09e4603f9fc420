"""App settings: local.settings.json, changed for a test by a mark or in the test itself."""

import os

import pytest

from pytest_azfunc import AppSettings, Invoke


def test_values_come_from_the_file(azfunc_settings: AppSettings) -> None:
    assert azfunc_settings["SHOP_CURRENCY"] == "EUR"
    assert os.environ["SHOP_CURRENCY"] == "EUR"  # settings are environment variables, as in Azure


@pytest.mark.azfunc(settings={"SHOP_CURRENCY": "NOK"})
def test_a_mark_changes_them(invoke: Invoke) -> None:
    assert "in NOK" in invoke("SalesReport").outputs["report"].text


def test_so_does_the_fixture(invoke: Invoke, azfunc_settings: AppSettings) -> None:
    azfunc_settings["SHOP_CURRENCY"] = "GBP"

    assert "in GBP" in invoke("SalesReport").outputs["report"].text


def test_a_missing_setting(invoke: Invoke, azfunc_settings: AppSettings) -> None:
    del azfunc_settings["SHOP_CURRENCY"]

    with pytest.raises(KeyError, match="SHOP_CURRENCY"):
        invoke("SalesReport")
