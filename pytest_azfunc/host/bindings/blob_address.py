"""The paths of blobs that a function reads and writes: ``container/name``. Pure.

Sources: azure-webjobs-sdk, Extensions.Storage Blobs, BlobPath.cs and BlobNameValidationAttribute.cs.
"""

from __future__ import annotations

import re

from pytest_azfunc.host.bindings.address_error import AddressError

_CONTAINER = re.compile(r"[a-z0-9-]{3,63}|\$root|\$web|\$logs")
LONGEST_NAME = 1024


def is_container(name: str) -> bool:
    """Whether a container may have the name."""
    return _CONTAINER.fullmatch(name) is not None


def blob_parts(path: str) -> tuple[str, str]:
    """Container and name of a blob.

    :param path: as it came of the binding's expressions; the address of a blob counts, too.
    :raises AddressError: no blob can have it; the text is the host's.
    """
    if path.lower().startswith(("http://", "https://")):
        path = path.partition("://")[2].partition("/")[2]
    container, slash, name = path.partition("/")
    if not container or not slash or not name:
        text = f"Invalid blob path specified : '{path}'. Blob identifiers must be in the format 'container/blob'."
        raise AddressError(text)
    if not is_container(container):
        raise AddressError(f"Invalid container name: {container}")
    if len(name) > LONGEST_NAME:
        raise AddressError(f"The given blob name '{name}' is longer than {LONGEST_NAME} characters.")
    if "\\" in name:
        raise AddressError(f"The given blob name '{name}' has a backslash in it.")
    if name.endswith((".", "/")):
        raise AddressError(f"The given blob name '{name}' has an invalid suffix: '.' or '/'.")
    return container, name


def blob_address(path: str) -> str:
    """The path as it is, looked at.

    :raises AddressError: as :func:`blob_parts`.
    """
    blob_parts(path)
    return path
