"""The worker: imports the script, checks it, decodes, calls ``main()``, encodes - as Azure's Python worker does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_azfunc.worker.worker import Worker
from pytest_azfunc.worker.worker_process import WorkerProcess

if TYPE_CHECKING:
    from pytest_azfunc.worker.time_limit import LimitedWorker

__all__ = ["Worker", "WorkerProcess", "limited"]


def limited(seconds: float) -> partial[LimitedWorker]:
    """Makes workers, whose functions may not run longer than so many seconds of real time."""
    from pytest_azfunc.worker.time_limit import LimitedWorker  # which few sessions need

    return partial(LimitedWorker, seconds=seconds)
