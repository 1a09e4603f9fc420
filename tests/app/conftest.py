"""A function app with HTTP functions of every level, opened in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_azfunc import Host
from tests.function_app import FunctionApp, http_out, http_trigger

ECHO = """
    import json, logging
    import azure.functions as func

    def main(req, context):
        logging.info("called")
        seen = {
            "function": context.function_name, "method": req.method, "url": req.url, "params": dict(req.params),
            "route": dict(req.route_params), "headers": dict(req.headers), "body": req.get_body().decode("latin-1"),
        }
        return func.HttpResponse(json.dumps(seen), mimetype="application/json")
"""


@pytest.fixture
def http_app(tmp_path: Path) -> FunctionApp:
    """One function per authorization level, one that fails, and one that is async."""
    app = FunctionApp(tmp_path)
    for level in ("anonymous", "function", "system", "user"):
        app.function(level.title(), ECHO, http_trigger(authLevel=level), http_out())
    app.function("Master", ECHO, http_trigger(authLevel="admin"), http_out())  # a route may not begin with "admin"
    app.function("Other", ECHO, http_trigger(authLevel="function"), http_out())
    app.function("Fails", "def main(req): raise ValueError('no stock')", http_trigger(), http_out())
    app.function(
        "Async",
        """
        import azure.functions as func

        async def main(req):
            return func.HttpResponse("async")
        """,
        http_trigger(),
        http_out(),
    )
    return app


@pytest.fixture
def host(http_app: FunctionApp) -> Iterator[Host]:
    """The app, running."""
    with Host.open(http_app.root) as opened:
        yield opened
