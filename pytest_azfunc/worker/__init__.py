"""The worker: imports the script, checks it, decodes, calls ``main()``, encodes - as Azure's Python worker does."""

from pytest_azfunc.worker.worker import Worker
from pytest_azfunc.worker.worker_process import WorkerProcess

__all__ = ["Worker", "WorkerProcess"]
