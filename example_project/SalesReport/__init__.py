"""Writes a report every night at half past two (UTC)."""

import logging
import os
from datetime import datetime, timezone

import azure.functions as func


def main(timer: func.TimerRequest, report: func.Out[str]) -> None:
    if timer.past_due:
        logging.warning("the report is late")
    today = datetime.now(timezone.utc).date()
    report.set(f"Sales in {os.environ['SHOP_CURRENCY']} up to {today:%Y-%m-%d}")
