"""A timer function: on time or late, with time standing still."""

from typing import Any

from freezegun import freeze_time

from pytest_azfunc import Invoke, timer


@freeze_time("2026-03-01T02:30:00Z")
def test_the_report_of_a_night(invoke: Invoke) -> None:
    result = invoke("SalesReport")  # no payload: a run on schedule

    assert result.outputs["report"].text == "Sales in EUR up to 2026-03-01"
    assert not result.logs


def test_a_late_run_is_noticed(invoke: Invoke) -> None:
    result = invoke("SalesReport", timer(past_due=True))

    assert result.logs.at("WARNING").messages == ["the report is late"]


@freeze_time("2026-03-01T02:30:00Z")
def test_the_status_follows_from_the_schedule(azfunc_trigger: Any) -> None:
    request = azfunc_trigger.timer().decode("SalesReport")

    assert request.past_due is False
    assert request.schedule_status["Last"] == "2026-02-28T02:30:00+00:00"
