"""Whose requests are looked at: those of the functions that run, and of the app's modules while they are imported."""

from __future__ import annotations

from typing import Any

from pytest_azfunc.process.outgoing import OUTGOING, RUNS_MODULE
from pytest_azfunc.worker.logs import CURRENT

__all__ = ["OUTGOING", "check_request"]


def check_request(host: Any, port: Any, url: str) -> None:
    """Refuse a request to what no test reaches, where code of an app is about to send it.

    :raises RequestRefused: so it is.
    """
    if CURRENT.get() is not None or RUNS_MODULE.get():
        from pytest_azfunc.project.refused_requests import refuse_what_is_azures  # most code sends none

        refuse_what_is_azures(host, port, url)


OUTGOING.check = check_request
