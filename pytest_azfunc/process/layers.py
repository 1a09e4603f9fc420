"""What hosts that are open one beside the other have changed: taking one of them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def withdraw(before: dict[Any, Any], later: Sequence[dict[Any, Any]], present: dict[Any, Any]) -> dict[Any, Any]:
    """What is to be put back so that nothing had changed between two copies; the later copies are corrected.

    A value that is another by now is somebody else's, and stays.

    :param before: the copy that was made first.
    :param later: the copies that were made after it, in order; at least one.
    :param present: what is there now.
    :returns: names and former values; None for what was not there.
    """
    put_back = {}
    first = later[0]
    for name in {name for name in (*before, *first) if before.get(name) != first.get(name)}:
        old, changed = before.get(name), first.get(name)
        for copy in later:
            if copy.get(name) == changed:
                copy.pop(name, None)
                if old is not None:
                    copy[name] = old
        if present.get(name) == changed:
            put_back[name] = old
    return put_back
