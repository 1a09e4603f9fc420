"""Requests of an app's code that no test sends: to what is live in Azure, to the storage emulator, to what is dead."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Final

from pytest_azfunc.errors import UnsupportedFeature
from pytest_azfunc.process.borrowed import given_variables
from pytest_azfunc.process.outgoing import RequestRefused
from pytest_azfunc.project.azure_addresses import Address, is_given
from pytest_azfunc.project.user_errors import is_own, place_of

_SDK: Final = "azure."
# The SDK of functions runs the app's code, and is no client of anything.
_OF_FUNCTIONS: Final = ("azure.functions", "azure.durable_functions")
# What reports in the background, and does not mind when nobody answers.
_TELEMETRY: Final = ("azure.monitor.opentelemetry", "opencensus.ext.azure", "opentelemetry.exporter.")
_NO_CLIENTS: Final = (*_OF_FUNCTIONS, "azure.core")
# The package of a client, the binding that does the same, and where a test looks at it.
_STORES: Final = (
    ("azure.storage.blob", "blob", 'azfunc_host.blob("container/name")'),
    ("azure.storage.queue", "queue", 'azfunc_host.queue("name")'),
    ("azure.data.tables", "table", 'azfunc_host.table("name")'),
    ("azure.cosmos", "cosmosDB", 'azfunc_host.cosmos("database/container")'),
    ("azure.servicebus", "serviceBus", 'azfunc_host.service_bus("name")'),
    ("azure.eventhub", "eventHub", 'azfunc_host.event_hub("name")'),
    ("azure.eventgrid", "eventGrid", "azfunc_host.event_grid()"),
)
_NOBODY: Final = "the app's code"
_FOR_TOKEN: Final = " for a token"
_FOR_LIVE: Final = ", which stands for the live address in a setting"


# Who asks


def refuse_what_is_azures(host: object, port: object, url: str = "") -> None:
    """Stop the caller where it is about to ask what no test reaches, unless the test has given the address.

    What a setting has made dead is refused to everybody; what is live, or the storage emulator, to Azure's SDKs.

    :param host: the one to be looked up; that of a proxy, perhaps.
    :param url: of the request, where it is known.
    :raises RequestRefused: it is.
    """
    modules, url_of_sdk = _callers(inspect.currentframe())
    if any(module.startswith(_TELEMETRY) for module in modules):
        return
    looked_up = Address.of(host, port)
    url = url or url_of_sdk
    address = Address.of(host, port, url) if url and not looked_up.is_dead else looked_up
    if not address.is_dead:
        is_sdks = address.is_for_messages or any(map(_is_sdk, modules))
        if not is_sdks or not (address.is_emulator or address.is_live) or is_given(address, given_variables()):
            return
    raise _Refused(address)


def _callers(frame: FrameType | None) -> tuple[set[str], str]:
    """The modules of all callers, and the URL of the request where azure.core is about to send one."""
    modules, url = set(), ""
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        modules.add(module)
        # Public: HttpTransport.send(request), and the same of AsyncHttpTransport.
        if not url and frame.f_code.co_name == "send" and module.startswith("azure.core.pipeline.transport"):
            url = str(getattr(frame.f_locals.get("request"), "url", ""))
        frame = frame.f_back
    return modules, url


def _is_sdk(module: str) -> bool:
    return module.startswith(_SDK) and not module.startswith(_OF_FUNCTIONS)


# What the test is told


class _Refused(RequestRefused):
    """A request to that address."""

    def __init__(self, address: Address) -> None:
        super().__init__(str(_error(address)))  # for a thread of the app's own, where nobody asks for more
        self._address = address

    def as_error(self, root: str, function: str | None = None) -> UnsupportedFeature:
        """An exception like others, with the line of the app that has asked; its traceback ends there."""
        frames = list(_entries(self.__traceback__))
        own = [number for number, entry in enumerate(frames) if is_own(entry.tb_frame.f_code.co_filename, root)]
        error = _error(self._address, *_client([entry.tb_frame for entry in frames[own[-1] + 1 if own else 0 :]]))
        error.function, error.location = function, place_of(self, root)
        if own:
            frames[own[-1]].tb_next = None
        return error.with_traceback(self.__traceback__)


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _client(frames: list[FrameType]) -> tuple[str, str]:
    """The module and the name of what the app has called, such as ``BlobClient.upload_blob``."""
    named = [(str(frame.f_globals.get("__name__")), frame) for frame in frames]
    for module, frame in named:
        if _is_sdk(module) and not module.startswith(_NO_CLIENTS):
            owner, name = frame.f_locals.get("self", frame.f_locals.get("cls")), frame.f_code.co_name
            parts = [] if owner is None else [(owner if isinstance(owner, type) else type(owner)).__name__]
            return module, ".".join([*parts, *([] if parts and name.startswith("_") else [name])])
    return "", next((module.partition(".")[0] for module, _ in named), _NOBODY)


def _error(address: Address, module: str = "", client: str = _NOBODY) -> UnsupportedFeature:
    why = _FOR_TOKEN if address.is_for_tokens else _FOR_LIVE if address.is_dead else ""
    store = None if why is _FOR_TOKEN else next((each for each in _STORES if module.startswith(each[0])), None)
    instead = f"let a binding do it ({store[1]}), and look at {store[2]}; or " if store else ""
    return UnsupportedFeature("sdk-request", client=client, address=str(address), why=why, instead=instead)
