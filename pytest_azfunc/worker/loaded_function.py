"""A function that is ready to be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pytest_azfunc.process.app_modules import FunctionModule
from pytest_azfunc.project import Function
from pytest_azfunc.project.indexing.signature import Signature
from pytest_azfunc.worker.converters import Converters


class LoadedFunction(NamedTuple):
    """A function whose script was imported and whose signature was accepted.

    :ivar decoders: parameter -> binding type, whether it is given trigger metadata.
    :ivar module: its module; None of a function that a decorator app declares.
    :ivar http_parameter: the parameter that gets the web framework's request, of a function that streams HTTP.
    """

    function: Function
    main: Callable[..., Any]
    signature: Signature
    decoders: dict[str, tuple[str, bool]]
    module: FunctionModule | None = None
    http_parameter: str | None = None

    @classmethod
    def of(
        cls,
        function: Function,
        main: Callable[..., Any],
        signature: Signature,
        converters: Converters,
        module: FunctionModule | None = None,
    ) -> LoadedFunction:
        """The function with what the converters say of its parameters."""
        decoders = {
            parameter: (how.binding_type, converters.takes_trigger_metadata(how.binding_type))
            for parameter, how in signature.inputs.items()
        }
        requests = (name for name, how in signature.inputs.items() if how.binding_type == "httpTrigger")
        http_parameter = next(requests, None) if function.streams_http else None
        return cls(function, main, signature, decoders, module, http_parameter)
