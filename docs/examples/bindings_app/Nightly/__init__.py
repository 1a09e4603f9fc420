"""Writes a report every night at two."""

import azure.functions as func


def main(run: func.TimerRequest, report: func.Out[str]) -> None:
    report.set("late" if run.past_due else "in time")
