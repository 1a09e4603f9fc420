"""``/admin/warmup``: the platform's first request to a new instance, which runs the function with a warmupTrigger.

Sources: azure-functions-host, WebScriptHostHttpRoutesManager.cs (which plans have the address, and for which methods),
ScriptRouteHandler.cs (once in the life of a process), AuthUtility.cs (no key) and FunctionInvocationMiddleware.cs.
"""

from __future__ import annotations

import os
from typing import Final

from pytest_azfunc.errors.refusals import NO_WARMUP, OWN_ADDRESS, disabled
from pytest_azfunc.host.routing.url_paths import split_path
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult, failure
from pytest_azfunc.project.settings import is_disabled

_ADDRESS: Final = ("admin", "warmup")
# The plans that scale to zero, by what the platform sets there.
_PLAN_SETTING: Final = "WEBSITE_SKU"
_PLANS_WITHOUT: Final = ("dynamic", "flexconsumption")

_OK = HttpResult(200)


def is_warmup(path: str) -> bool:
    """Whether a decoded path is this address; case does not count."""
    return tuple(segment.lower() for segment in split_path(path)) == _ADDRESS


class Warmup:
    """Answers the address for one host. The app settings, which name the plan, are in the environment."""

    def __init__(self, script_host: ScriptHost) -> None:
        self._script_host = script_host
        self._is_done = False

    def answer(self, request: PreparedRequest) -> Answer:
        """200, after the first request has run the function, if there is one; 400 where the plan knows no warmup.

        :raises Exception: what the function's script raises while it is imported.
        """
        if os.environ.get(_PLAN_SETTING, "").lower() in _PLANS_WITHOUT:
            return Answer(request, HttpResult(400), None, NO_WARMUP)
        functions = self._script_host.project.functions.values()
        function = next((each for each in functions if each.trigger.kind == "warmuptrigger"), None)
        if function is None or self._is_done:
            return Answer(request, _OK, None, OWN_ADDRESS)
        self._is_done = True
        if is_disabled(function.name, os.environ):
            return Answer(request, HttpResult(404), None, disabled(function.name))
        invocation = self._script_host.run(function)
        return Answer(request, _OK if invocation.ok else failure(), invocation)
