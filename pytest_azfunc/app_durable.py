"""Durable Functions in a running app: the engine is made when somebody needs it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_azfunc import http_client
from pytest_azfunc.clock import another_time
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.failures import Failures
from pytest_azfunc.host.passing_time import PassingTime
from pytest_azfunc.host.script_host import ScriptHost

if TYPE_CHECKING:
    from pytest_azfunc.durable.actions import CallHttp
    from pytest_azfunc.durable.handles import Durable
    from pytest_azfunc.durable.on_host import DurableHost
    from pytest_azfunc.durable.work import Answer
    from pytest_azfunc.host.bindings.inputs import DurableClients
    from pytest_azfunc.host.web.http_response import Webhook

__tracebackhide__ = True


class DurableApp:
    """What of a running app has to do with Durable Functions."""

    script_host: ScriptHost
    failures: Failures
    _passing_time: PassingTime
    _durable_host: DurableHost | None = None

    @property
    def durable(self) -> Durable:
        """Orchestrations and entities of the app; see the fixture ``azfunc_durable``."""
        return self._find_durable().durable

    @property
    def has_durable(self) -> bool:
        """Whether anything of Durable Functions was used so far."""
        return self._durable_host is not None

    def _durable_answers(self) -> tuple[DurableClients, Mapping[str, Webhook]]:
        """What answers the app's durable clients, and requests to the management API.

        It does not hold on to the app: an app that is closed and let go is gone at once.
        """
        app = weakref.ref(self)

        def found() -> DurableHost:
            present = app()
            if present is None:
                raise BindingError("host-closed")
            return present._find_durable()

        return (
            lambda task_hub, base_url: found().client(task_hub, base_url),
            {"durabletask": lambda request, segments: found().webhook(request, segments)},
        )

    def _find_durable(self) -> DurableHost:
        if self._durable_host is None:
            from pytest_azfunc.durable.on_host import DurableHost  # few apps have use for it

            self._durable_host = DurableHost(
                self.script_host,
                self._passing_time.agenda,
                base_url=self.script_host.options.base_url,
                advance=self._let_pass,
                send=_send,
                at_another_time=another_time,
            )
            self.failures.watch(self._durable_host.failures)
        return self._durable_host

    def _let_pass(self, span: timedelta) -> object:
        return self._passing_time.advance("wait_for_completion", span)

    def _close_durable(self) -> None:
        """Answer no client any more. A second call does nothing."""
        if self._durable_host is not None:
            self._durable_host.close()


def _send(request: CallHttp) -> Answer:
    from pytest_azfunc.durable.work import Answer

    response = http_client.send(request.method, request.uri, request.content, request.headers)
    return Answer(response.status_code, dict(response.headers), response.text)
