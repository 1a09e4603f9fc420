"""Addresses that clients ask: which of them lead to Azure or to the storage emulator, and which a test has given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pytest_azfunc.project.live_resources import ACCOUNT, DEAD_HOST, EMULATOR, EMULATOR_ACCOUNT, LIVE_HOST

_HERE: Final = frozenset(("localhost", "127.0.0.1", "::1"))
# Azurite's, and those of the emulator before it: blobs, queues, tables.
_EMULATOR_PORTS: Final = frozenset((10000, 10001, 10002))
# Where azure-identity asks for tokens: Microsoft Entra in all clouds, and the metadata service of a machine.
_OF_TOKENS: Final = re.compile(
    r"169\.254\.169\.254|login\.(?:microsoft\.com|windows\.net|chinacloudapi\.cn)"
    r"|login\.(?:partner\.)?microsoftonline\.(?:com|us|de|cn)"
)
# Service Bus and Event Hubs, which clients do not reach by HTTP.
_OF_MESSAGES: Final = re.compile(r"(?:^|\.)servicebus\.")
# Addresses of the pipeline that runs the tests.
_OF_PIPELINE: Final = re.compile(r"(?:^|\.)dev\.azure\.com$", re.IGNORECASE)
# Variables of the machine: a name in them is no account's.
_OF_MACHINE: Final = frozenset(("USER", "USERNAME", "LOGNAME", "NAME", "HOSTNAME", "COMPUTERNAME", "USERDOMAIN"))


class Address(NamedTuple):
    """What a client asks.

    :ivar host: in lower case.
    :ivar path: of the URL; empty where none is known.
    """

    host: str
    port: int | None = None
    path: str = ""

    @classmethod
    def of(cls, host: object, port: object, url: str = "") -> Address:
        """The address behind a URL, or else a host and a port, as they are given to ``socket.getaddrinfo``."""
        if url:
            parts = urlsplit(url)
            return cls(parts.hostname or "", parts.port, parts.path)
        text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        return cls(text.lower().rstrip("."), port if isinstance(port, int) else None)

    @property
    def is_dead(self) -> bool:
        """Whether it stands for a live one that a setting has named: nobody reaches it."""
        return self.host == DEAD_HOST or self.host.endswith(f".{DEAD_HOST}")

    @property
    def is_emulator(self) -> bool:
        """Whether it is the storage emulator, on this machine or on one beside it."""
        is_account = self.path.split("/", 2)[1:2] == [EMULATOR_ACCOUNT]
        return is_account and (self.port in _EMULATOR_PORTS or self.host not in _HERE)

    @property
    def is_for_tokens(self) -> bool:
        """Whether it gives tokens to identities."""
        return _OF_TOKENS.fullmatch(self.host) is not None

    @property
    def is_live(self) -> bool:
        """Whether it is one of Azure's."""
        return self.is_for_tokens or LIVE_HOST.fullmatch(self.host) is not None

    @property
    def is_for_messages(self) -> bool:
        """Whether it is a live namespace of Service Bus or Event Hubs."""
        return self.is_live and _OF_MESSAGES.search(self.host) is not None

    def __str__(self) -> str:
        """As it may be shown: the name of an account may come from a setting."""
        if self.is_dead:
            return DEAD_HOST
        if self.is_emulator:
            return f"the storage emulator ({self.host}:{self.port})" if self.host in _HERE else "the storage emulator"
        return self.host if self.is_for_tokens else f"*.{self.host.partition('.')[2]}"


def is_given(address: Address, values: Mapping[str, str]) -> bool:
    """Whether a test has given the address of a live service or of the emulator, and so may reach it.

    :param values: all variables that the test, or the machine, has set, by their names.
    """
    if address.is_emulator:
        return any(_names_emulator(value, address) for value in values.values())
    account, _, domain = address.host.partition(".")
    # What belongs to an account has its name with something behind it: `shop-westeurope`, `shop-secondary`.
    parts = account.split("-")
    names = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    hosts = [address.host] if address.is_for_tokens else [f"{name}.{domain}" for name in names]
    if any(_names_host(value, host) for value in values.values() for host in hosts):
        return True
    if address.is_for_tokens:  # which nobody names; what a service is given for needs them
        return any(_names_service(value) for value in values.values())
    return any(_names_account(name, value, names) for name, value in values.items())


def _names_host(value: str, host: str) -> bool:
    return host in value.lower() and _alone(host).search(value) is not None


def _names_emulator(value: str, address: Address) -> bool:
    if address.host in _HERE:
        is_meant = "developmentstorage" in value.lower() and EMULATOR.search(value) is not None
        return is_meant or any(_names_host(value, f"{host}:{address.port}") for host in _HERE)
    return _names_host(value, address.host)


def _names_service(value: str) -> bool:
    hosts: Iterable[str] = (found.group() for found in LIVE_HOST.finditer(value))
    accounts = [name.strip() for name in ACCOUNT.findall(value)]
    return any(not _OF_PIPELINE.search(host) for host in hosts) or accounts not in ([], [EMULATOR_ACCOUNT])


def _names_account(variable: str, value: str, names: Sequence[str]) -> bool:
    """Whether the value is, or holds, the name of an account: the first of *names*, or another in a whole value."""
    if value.strip().lower() == names[0]:
        return variable.upper() not in _OF_MACHINE
    return any(found.strip().lower() in names for found in ACCOUNT.findall(value))


def _alone(host: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.[\w-])", re.IGNORECASE)
