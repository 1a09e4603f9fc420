"""The names that storage queues may have. Pure.

Source: azure-webjobs-sdk, Extensions.Storage Queues, QueueClient.cs.
"""

from __future__ import annotations

import re

from pytest_azfunc.host.bindings.address_error import AddressError

_CHARACTERS = re.compile(r"[a-z0-9-]*")


def queue_name(name: str) -> str:
    """The name as the queue service has it: in lower case.

    :raises AddressError: no queue can have it; the text is the host's.
    """
    name = name.lower()
    if not 3 <= len(name) <= 63:
        raise AddressError(f'A queue name must be from 3 to 63 characters long - "{name}"')
    if name.startswith("-") or name.endswith("-"):
        raise AddressError(f'The dash (-) character may not be the first or last letter - "{name}"')
    if _CHARACTERS.fullmatch(name) is None:
        raise AddressError(f'A queue name can contain only letters, numbers, and dash(-) characters - "{name}"')
    if "--" in name:
        raise AddressError("A queue name cannot contain consecutive dash(-) characters.")
    return name
