"""What ``--azfunc-list`` notes of an app as a whole, although nothing is wrong with it: what Azure would pass over."""

from __future__ import annotations

from typing import Final

UNCALLED_ACTIVITY: Final = "no orchestrator of the app names it"


def script_not_there(setting: str) -> str:
    """The app setting names a script that does not exist. Its value, as that of any setting, is not shown."""
    return f"{setting} names a file that is not there: Azure reads function.json."


def falls_back(folders: str) -> str:
    """The script has no function, and there are folders of the other model."""
    return (
        f"with Python 3.12 and older, Azure falls back to function.json of {folders}; "
        "with later versions it shows 0 functions."
    )


def folders_not_read(folders: str, script: str) -> str:
    """The script has functions, and there are folders of the other model."""
    return f"function.json of {folders} is not read: where {script} declares functions, Azure takes no others."


def function_timeout(value: str, is_at_stake: bool) -> str:
    """How long a function may run in Azure: what host.json says, or the app setting that says it.

    :param is_at_stake: whether there is a plan on which that is too long.
    """
    bound = "; on the Consumption plan, where 00:10:00 is the longest, the host does not start with it"
    return f"functionTimeout is {value}{bound if is_at_stake else ''}."
