"""Timers of a small shop."""

import logging
from datetime import datetime, timezone

import azure.functions as func

app = func.FunctionApp()


def charge(order: str) -> str:
    """Asks the bank."""
    return f"paid {order}"


@app.timer_trigger("timer", schedule="0 30 2 * * *")
def Nightly(timer: func.TimerRequest) -> None:
    """Closes the books of the day before."""
    kind = "late" if timer.past_due else "in time"
    logging.info("books of %s closed %s", datetime.now(timezone.utc).date(), kind)


@app.timer_trigger("timer", schedule="0 0 */6 * * *")
async def Refresh(timer: func.TimerRequest) -> None:
    """Fetches prices, four times a day."""
    logging.info("prices of %s", datetime.now(timezone.utc).strftime("%H:%M"))


@app.timer_trigger("timer", schedule="0 0 9 1 * *", run_on_startup=True)
def Invoices(timer: func.TimerRequest) -> None:
    """Sends invoices on the first of each month, and when the app starts."""


@app.queue_trigger("order", "orders", "AzureWebJobsStorage")
@app.retry(
    strategy="exponential_backoff", max_retry_count="4", minimum_interval="00:00:10", maximum_interval="00:05:00"
)
def Charge(order: func.QueueMessage) -> None:
    """Charges an order, and tries again when the bank does not answer."""
    logging.info(charge(order.get_body().decode()))
