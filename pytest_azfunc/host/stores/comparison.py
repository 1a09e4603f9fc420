"""How two looks at the same stores differ, in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

Contents = Mapping[str, Sequence[str]]
"""What stores hold: place -> an item each."""


def differences(before: Contents, after: Contents) -> list[str]:
    """What has come and gone between two looks, a line each; empty where nothing has."""
    lines = []
    for place in sorted({*before, *after}):
        then, now = Counter(before.get(place, ())), Counter(after.get(place, ()))
        for item, count in (now - then).items():
            times = "" if count == 1 else f" ({count} times)"
            lines.append(f"{place}: {'once more' if item in then else 'new'} {item}{times}")
        lines += [f"{place}: gone {item}" for item in then - now]
    return lines
