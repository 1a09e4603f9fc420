"""A day in the life of the shop, in Oslo, in the night in which clocks go forward: no test waits for it."""

import pytest

from pytest_azfunc import AppSettings, Clock, Host, Invocation

pytestmark = pytest.mark.azfunc(settings={"WEBSITE_TIME_ZONE": "Europe/Oslo"})


def times(runs: list[Invocation]) -> list[str]:
    return [f"{run.function} {run.started_at:%d %H:%M}" for run in runs]


def test_the_report_of_the_night_in_which_clocks_go_forward(azfunc_host: Host, azfunc_clock: Clock) -> None:
    azfunc_clock.move_to("2026-03-28T12:00:00+01:00")

    runs = azfunc_host.advance(days=2)

    # There is no half past two on this day, so it comes an hour later on the clock: 03:30 in Oslo.
    assert times(runs) == ["SalesReport 29 01:30", "SalesReport 30 00:30"]
    assert runs[0].outputs["report"].text == "Sales in EUR up to 2026-03-29"


def test_the_report_of_the_night_in_which_an_hour_comes_twice(azfunc_host: Host, azfunc_clock: Clock) -> None:
    azfunc_clock.move_to("2026-10-24T12:00:00+02:00")

    assert times(azfunc_host.advance(days=2)) == ["SalesReport 25 00:30", "SalesReport 26 01:30"]


def test_a_morning_after_the_power_was_out(azfunc_host: Host, azfunc_clock: Clock) -> None:
    azfunc_clock.move_to("2026-03-28T12:00:00+01:00")
    azfunc_host.stop()
    azfunc_clock.move_to("2026-03-29T08:00:00+02:00")

    (late,) = azfunc_host.start()

    assert late.logs.messages == ["the report is late"]
    assert times([late]) == ["SalesReport 29 06:00"]
    assert azfunc_host.drain() == []  # it is late once
    assert times(azfunc_host.advance(hours=24)) == ["SalesReport 30 00:30"]


def test_a_report_that_succeeds_at_last(azfunc_host: Host, azfunc_clock: Clock, azfunc_settings: AppSettings) -> None:
    azfunc_host.seed(7)  # waits are longer each time, give or take a fifth
    azfunc_clock.move_to("2026-03-10T02:29:00+01:00")
    del azfunc_settings["SHOP_CURRENCY"]

    assert azfunc_host.advance(minutes=3) == []  # nothing has come to its end yet
    assert azfunc_host.due[0].reason == "retry"
    azfunc_settings["SHOP_CURRENCY"] = "NOK"
    (run,) = azfunc_host.advance(hours=1)

    assert [f"{attempt.started_at:%H:%M:%S}" for attempt in run.attempts] == ["01:30:00", "01:31:00", "01:32:55"]
    assert [repr(attempt.exception) for attempt in run.attempts] == ["KeyError('SHOP_CURRENCY')"] * 2 + ["None"]
    assert run.outputs["report"].text == "Sales in NOK up to 2026-03-10"
    assert times([run]) == ["SalesReport 10 01:30"]


def test_a_report_that_fails_for_good(azfunc_host: Host, azfunc_clock: Clock, azfunc_settings: AppSettings) -> None:
    azfunc_host.seed(7)
    azfunc_clock.move_to("2026-03-10T02:29:00+01:00")
    del azfunc_settings["SHOP_CURRENCY"]

    with pytest.raises(KeyError):
        azfunc_host.advance(hours=1)

    run = azfunc_host.invocations[-1]
    assert run.is_exhausted
    assert [round(attempt.delay.total_seconds()) for attempt in run.attempts] == [0, 60, 116, 163, 314]
    # The schedule goes on: tomorrow is another night.
    assert f"{azfunc_host.due[0].at:%d %H:%M}" == "11 01:30"
