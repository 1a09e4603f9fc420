"""One function on one running host: what its declaration means there, worked out once, when it is first needed."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.errors import AzfuncWarning, LossyOutputError
from pytest_azfunc.host.bindings.address_error import AddressError
from pytest_azfunc.host.bindings.binding_type import SINKS, BindingType, PayloadMaker
from pytest_azfunc.host.bindings.catalogue import BUILT_IN, Catalogue
from pytest_azfunc.host.bindings.inputs import DurableClients, Input, Settings, no_settings
from pytest_azfunc.host.bindings.net_values import new_guid
from pytest_azfunc.host.bindings.payload import ByHand, Many, Prepare
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.named_settings import NamedSettings, is_completed_by_calls, named_settings
from pytest_azfunc.host.retries import first_attempt, policy_of
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.project.host_json import HostConfig
from pytest_azfunc.project.setting_names import fixed_text, with_settings
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject

if TYPE_CHECKING:
    import requests

    from pytest_azfunc.host.bound_expressions import BoundExpressions, Call, ResolvedBinding
    from pytest_azfunc.host.outputs import Outputs
    from pytest_azfunc.host.web.http_response import Webhook

__tracebackhide__ = True

# Makes the response that a caller of the function would get.
HttpResponder = Callable[[Invocation, Function], "requests.Response | None"]


class HostOptions(NamedTuple):
    """What is the same for all functions of a running host.

    :ivar base_url: where the app is.
    :ivar config: what host.json says.
    :ivar settings: the app settings, asked for when a binding names one: a test may change them.
    :ivar types: what the host knows of binding types.
    :ivar prepare_http: an HTTP client's encoding of requests that need one.
    :ivar http_response: makes a ``requests.Response`` of an invocation.
    :ivar durable_client: makes what a ``durableClient`` is told; None where nobody runs orchestrations.
    :ivar webhooks: what answers the webhooks of extensions, by the extension's name.
    """

    base_url: str = "http://localhost:7071"
    config: HostConfig = HostConfig()
    settings: Settings = no_settings
    types: Catalogue = BUILT_IN
    prepare_http: Prepare | None = None
    http_response: HttpResponder | None = None
    durable_client: DurableClients | None = None
    webhooks: Mapping[str, Webhook] = MappingProxyType({})


class BoundFunction:
    """A function of a running host: what payloads are delivered to, and how its invocations are presented.

    :ivar function: the function as it is declared.
    :ivar trigger: its trigger.
    :ivar trigger_type: what the host knows of the trigger's type.
    :ivar is_loaded: whether the worker has loaded it.
    :ivar remembered: what the host has stored of its trigger, such as the status of a timer.
    :ivar retry_policy: its own or that of host.json; None for none.
    :ivar first_attempt: what its first attempt is told of its retry policy.
    """

    def __init__(self, function: Function, options: HostOptions) -> None:
        self.function = function
        self.options = options
        self.trigger: Binding = function.trigger
        self.trigger_type: BindingType = options.types.find(self.trigger.kind)
        self.builder: str = self.trigger_type.builder
        self.payload: PayloadMaker = self.trigger_type.payload
        self.many: Many | None = self.trigger_type.many
        self.by_hand: ByHand | None = self.trigger_type.by_hand
        self.base_url = options.base_url
        self.route_prefix = options.config.route_prefix
        self.prepare_http = options.prepare_http
        self.is_loaded = False
        self.remembered: Any = None
        self.retry_policy = policy_of(function, options.config)
        self.first_attempt = first_attempt(self.retry_policy)
        # Most functions run once in a test, so that a lock for each part, as in cached_property, would be felt.
        self._listener: Any = None
        self._listens_for_good = False
        self._inputs: list[Input] | None = None
        self._expressions: BoundExpressions | None = None
        self._knows_expressions = False
        self._uses_stores: bool | None = None
        self._addresses: dict[str, str] = {}  # of outputs without expressions
        self._output_types: dict[str, tuple[str, BindingType]] = {}

    # --- what its declaration means

    def resolved(self, name: str) -> str | None:
        """A property of the trigger with its app settings put in; None where it is no text, or a setting is missing."""
        value = self.trigger.properties.get(name)
        if not isinstance(value, str):
            return None
        if "%" not in value:
            return value
        return with_settings(value, self.options.settings())

    def text(self, name: str, default: str) -> str:
        """The same for a name that something has in Azure; the default where it is not known."""
        return fixed_text(self.trigger.properties, name, default, self.options.settings())

    @property
    def time_zone(self) -> tzinfo:
        """The host's time zone: UTC, unless an app setting names another one.

        :raises ProjectError: it names one that there is not.
        """
        from pytest_azfunc.project.time_zones import time_zone

        return time_zone(self.options.settings())

    @property
    def listener(self) -> Any:
        """What the host has worked out of the trigger to listen: a schedule, a path's pattern, where a route leads.

        :raises ProjectError: the host would not start the function, or not start at all.
        """
        if self._listens_for_good:
            return self._listener
        listen = self.trigger_type.listen
        found = None if listen is None else listen(self)
        if not self._names_settings():
            self._listener, self._listens_for_good = found, True
        return found

    def _names_settings(self) -> bool:
        """Whether the trigger depends on app settings, which may change while the host is open."""
        return any("%" in value for value in self.trigger.properties.values() if isinstance(value, str))

    @property
    def named_settings(self) -> tuple[NamedSettings, ...]:
        """The app settings on which each of its bindings depends, and which are not there now.

        :raises ProjectError: a per cent sign that begins no name: the host leaves the function out.
        """
        if not self.function.has_expressions:
            return ()
        return named_settings(self.function, self.options.types, self.options.settings())

    def check(self) -> None:
        """Look for what keeps the host from running the function, whatever it is called with.

        :raises ProjectError: the host would not start the function, or not start at all.
        """
        _ = self.listener
        _ = self.named_settings

    def warn_of_missing_settings(self) -> None:
        """Warn of app settings that its bindings name and that are not there, at the place of each binding.

        :raises ProjectError: as :attr:`named_settings`.
        """
        for binding, _, missing in self.named_settings:
            if missing:
                from pytest_azfunc.errors.notes import missing_settings

                text = missing_settings(f"{self.function.name}.{binding.name}", binding.type, missing)
                place = binding.location
                file, line = ("<app>", 0) if place is None else (place.file, place.line or 0)
                warnings.warn_explicit(text, AzfuncWarning, file, line)

    @property
    def inputs(self) -> Sequence[Input]:
        """Its input bindings, without the trigger."""
        if self._inputs is None:
            options, name = self.options, self.function.name
            self._inputs = [
                Input(
                    binding,
                    options.types.find(binding.kind).input,
                    function=name,
                    base_url=options.base_url,
                    settings=options.settings,
                    durable_client=options.durable_client,
                )
                for binding in self.function.inputs.values()
            ]
        return self._inputs

    @property
    def expressions(self) -> BoundExpressions | None:
        """The binding expressions of its inputs and outputs; None where it has none, as most functions."""
        if not self._knows_expressions:
            self._knows_expressions = True
            function = self.function
            if function.has_expressions and any(map(is_completed_by_calls, function.bindings.values())):
                from pytest_azfunc.host.bound_expressions import BoundExpressions  # which most apps have no use for

                self._expressions = BoundExpressions.of(self.function, self.options.types)
        return self._expressions

    def call(self, request: InvocationRequest, now: datetime) -> Call:
        """What a call of it gives to its expressions, at that moment."""
        from pytest_azfunc.host.binding_data import binding_data
        from pytest_azfunc.host.bound_expressions import Call
        from pytest_azfunc.host.expressions import Surroundings

        value = request.inputs[self.trigger.name]
        return Call(
            binding_data(value, request.trigger_metadata, self.trigger_type.dictionaries),
            self.options.settings(),
            Surroundings(now, new_guid, self.function.name),
            not isinstance(value, PythonObject),
        )

    # --- how it is shown in a list

    def column(self, now: datetime) -> str:
        """What starts it, in short: methods and route, schedule and next run, or an address."""
        column = self.trigger_type.column
        if column is not None:
            return column(self, now)
        address = self.address(self.trigger)
        return f"{address} (many)" if self.trigger.cardinality == "many" else address

    def address(self, binding: Binding) -> str:
        """Where one of its bindings reads or writes, as it is declared; empty where nothing says so."""
        return self.options.types.find(binding.kind).address_of(binding.properties)

    # --- how its invocations are presented

    @cached_property
    def reaches_console(self) -> Callable[[logging.LogRecord], bool]:
        """Whether host.json lets a line of it through."""
        from pytest_azfunc.host.console import console_filter

        return console_filter(self.options.config.log_levels, self.function.name)

    @cached_property
    def binds_return(self) -> bool:
        """Whether a binding takes what it returns."""
        return "$return" in self.function.outputs

    @cached_property
    def takes_return(self) -> bool:
        """Whether somebody takes what it returns: a binding, or its trigger. (HTTP answers with it beside that.)"""
        return self.binds_return or self.trigger_type.returns

    @cached_property
    def may_refuse(self) -> bool:
        """Whether there is an output with which its extension may fail the call."""
        return any(self.output_type(name)[1].refusal is not None for name in self.function.outputs)

    @property
    def uses_stores(self) -> bool:
        """Whether an input is read from a store, or an output goes to one."""
        if self._uses_stores is None:
            find, function = self.options.types.find, self.function
            self._uses_stores = any(
                find(binding.kind).store is not None for binding in function.outputs.values()
            ) or any(find(binding.kind).store not in (None, SINKS) for binding in function.inputs.values())
        return self._uses_stores

    def output_type(self, name: str) -> tuple[str, BindingType]:
        """The type of an output, as it is declared, and what the host knows of it."""
        found = self._output_types.get(name)
        if found is None:
            function = self.function
            written = function.return_type if name == "$return" else function.bindings[name].type
            found = self._output_types[name] = written, self.options.types.find(written.lower())
        return found

    def outputs(self, invocation: Invocation) -> Outputs:
        """The outputs that were set, by binding name."""
        from pytest_azfunc.host.outputs import Output, Outputs

        response = invocation.response
        values = response.python_values or {}
        sent = dict(response.outputs)
        if response.return_value is not None and self.takes_return:
            sent["$return"] = response.return_value
        outputs = {}
        for name, data in sent.items():
            written, binding_type = self.output_type(name)
            address = self.sent_to(name, invocation.resolved.get(name))
            outputs[name] = Output(name, written, values.get(name), data, binding_type, address)
        return Outputs(self.function.name, outputs, self.function.outputs)

    def sent_to(self, name: str, resolved: ResolvedBinding | None) -> str:
        """Where an output goes; empty where its binding says nothing of it.

        :param resolved: what the call has completed of the binding; None where it has no expressions.
        """
        if resolved is not None:
            return resolved.address
        found = self._addresses.get(name)
        if found is None:
            binding = self.function.outputs.get(name)
            found = ""
            if binding is not None:  # or else it is a returned value that no binding takes
                _, binding_type = self.output_type(name)
                found = binding_type.address_of(binding.properties)
                with suppress(AddressError):
                    found = binding_type.address_as_sent(found)
            self._addresses[name] = found
        return found

    def http_response(self, invocation: Invocation) -> requests.Response | None:
        """The response that a caller would get; None without one."""
        make = self.options.http_response
        return None if make is None else make(invocation, self.function)

    def loss(self, response: InvocationResponse) -> LossyOutputError | None:
        """What Azure would drop or mangle of the outputs; None when nothing is, and when the worker does not tell."""
        for name, value in (response.python_values or {}).items():
            if value is None:
                continue
            if name == "$return":
                if response.http_response is not None or not self.takes_return:  # it went another way, or none
                    continue
                data = response.return_value
            else:
                data = response.outputs.get(name)
            from pytest_azfunc.host.bindings.lossy_outputs import find_loss  # many functions return nothing

            written, binding_type = self.output_type(name)
            loss = find_loss(self.function, name, written, binding_type, value, data)
            if loss is not None:
                return loss
        return None
