"""Where queues, blobs and tables are: in memory."""

from __future__ import annotations

from pytest_azfunc.errors import UnsupportedFeature, shown


def check_storage(storage: object, given: str = "storage={}") -> None:
    """Check what a test, an option or ``Host.open`` says of it.

    :param given: how it is given, with braces where it stands.
    :raises UnsupportedFeature: it is not ``"memory"``.
    """
    if storage != "memory":
        raise UnsupportedFeature(
            "unsupported",
            feature=given.format(shown(storage)),
            azure="functions read and write the storage account of the app.",
            remedy="use memory, the default.",
        )
