"""Whose lines are the user's: the worker's own are not, and there are two workers."""

from __future__ import annotations

import sys

from tests.function_app import FunctionApp, Session, passed

NAMES = (
    *("azure.functions", "azure.functions.decorators", "azure.functionsx", "azure.function", "azure", "azure.core"),
    *("azure_functions_worker", "azure_functions_worker_errors", "azure_functions_worker.dispatcher"),
    *("azure_functions_runtime", "azure_functions_runtime_v1", "proxy_worker", "proxy_worker.logging", "proxy"),
    *("AZURE_FUNCTIONS_WORKER", "Proxy_Worker", "my.azure.functions", "root"),
)
OF_ALL = ("azure.functions",)
OF_WORKER = ("azure_functions_worker",) if sys.version_info < (3, 13) else ("azure_functions_runtime", "proxy_worker")


def test_system_loggers(app: FunctionApp, session: Session) -> None:
    app.function(
        "Log",
        f"""
        import logging

        def main(msg):
            for name in {NAMES!r}:
                logging.getLogger(name).warning("from %s", name)
        """,
    )
    users = [f"from {name}" for name in NAMES if not name.startswith(OF_ALL + OF_WORKER)]

    result = session.test(
        f"""
        def test_it(invoke, azfunc_host):
            assert invoke("Log").logs.messages == {users!r}
            assert len(azfunc_host.console) == {len(users)}
        """
    )

    passed(result, 1)
    assert ("from azure_functions_worker" in users, "from proxy_worker" in users) == (
        sys.version_info >= (3, 13),
        sys.version_info < (3, 13),
    )
