"""Odd values, and the judge of what becomes of them: an error of ours that can be printed, or success."""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest_azfunc as azfunc
from pytest_azfunc import AzfuncError
from pytest_azfunc.rpc import TypedData

HALF = "\ud800"  # half of a surrogate pair
UTC = timezone.utc


@dataclasses.dataclass
class Node:
    """Something that may hold itself."""

    child: Any = None


class Nameless:
    """Something that cannot be printed."""

    def __repr__(self) -> str:
        raise LookupError


class Stranger:
    """A time zone that knows no offset."""

    def utcoffset(self, moment: object) -> None:
        return None


def ring() -> Node:
    node = Node()
    node.child = node
    return node


def endless_list() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def nested(depth: int, around: Callable[[Any], Any] = lambda inner: [inner]) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = around(found)
    return found


# Made anew for each call: some are used up.
ODD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "half a character": lambda: HALF,
    "text with half a character": lambda: f"/api/a{HALF}b",
    "the other half": lambda: "\udcff",
    "no text": lambda: "",
    "a blank": lambda: " ",
    "ESC and bidi": lambda: "\x1b[31m\u202e\u2066",
    "NUL": lambda: "a\0b",
    "lines": lambda: "a\r\nb: c\n\u2028",
    "letters": lambda: "é€😀",
    "braces": lambda: "{a}{0}%A%{",
    "long": lambda: "x" * 70_000,
    "True": lambda: True,
    "-1": lambda: -1,
    "0": lambda: 0,
    "2**63": lambda: 2**63,
    "5,000 digits": lambda: 10**5000,
    "minus 5,000 digits": lambda: -(10**5000),
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "1e308": lambda: 1e308,
    "complex": lambda: 1j,
    "decimal": lambda: decimal.Decimal("1.5"),
    "bytes": lambda: b"\xff\xed\xa0\x80",
    "bytearray": lambda: bytearray(b"x"),
    "memoryview": lambda: memoryview(b"abcd")[::2],
    "too early": lambda: datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    "too late": lambda: datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    "the first moment": lambda: datetime.min.replace(tzinfo=UTC),
    "the last moment": lambda: datetime.max.replace(tzinfo=UTC),
    "without a time zone": lambda: datetime(2024, 1, 2),
    "a date": lambda: datetime(2024, 1, 2).date(),
    "a span": lambda: timedelta(1),
    "a list": list,
    "a list of halves": lambda: [HALF],
    "a list of pairs of halves": lambda: [(HALF, HALF)],
    "a list of texts": lambda: ["a", "b"],
    "a list of odd things": lambda: [None, 1, b"\xff", {}, object()],
    "a tuple": lambda: ("a", HALF),
    "a set": lambda: {1},
    "a generator": lambda: iter(["a"]),
    "a dict": dict,
    "a dict of halves": lambda: {HALF: HALF},
    "a half in a dict": lambda: {"a": {"b": [HALF]}},
    "a huge integer in a dict": lambda: {"a": 10**5000, "id": 10**5000},
    "NaN in a dict": lambda: {"a": float("nan")},
    "a dict with other keys": lambda: {1: 2, None: 3, 1.5: 4},
    "a dict with keys that JSON has not": lambda: {(1, 2): 3},
    "a dict of None": lambda: {"a": None, "name": None, "roles": None, "claims": None, "id": None},
    "a dict of objects": lambda: {"a": object(), "name": object(), "id": object()},
    "a user with halves": lambda: {"name": HALF, "id": HALF, "roles": [HALF], "claims": {HALF: HALF}},
    "a user with lines": lambda: {"name": "a\r\nb: c", "id": "\0", "provider": "\n"},
    "a user with numbers": lambda: {"name": 10**5000, "roles": [10**5000], "claims": {1: [2, 10**5000]}},
    "a read-only mapping": lambda: type("M", (Mapping,), {"__getitem__": lambda s, k: k, "__iter__": lambda s: iter("ab"), "__len__": lambda s: 2})(),
    "itself": ring,
    "a list of itself": endless_list,
    "deep": lambda: nested(20_000),
    "rather deep": lambda: nested(940),
    "deeper than Json.NET reads": lambda: nested(65),
    "deep objects": lambda: nested(940, lambda inner: {"a": inner}),
    "deep in a dataclass": lambda: Node(nested(900)),
    "a half in a dataclass": lambda: Node(HALF),
    "a class": lambda: Node,
    "a function": lambda: ring,
    "an object": object,
    "what cannot be printed": Nameless,
    "an exception": lambda: ValueError(HALF),
    "typed data": lambda: TypedData("string", "x"),
    "a payload": lambda: azfunc.queue("x"),
    "a module": lambda: decimal,
}  # fmt: skip


def says_it(error: AzfuncError) -> None:
    text = str(error)
    assert all(line.isprintable() for line in text.split("\n")), ascii(text)
    assert len(text) < 4000
    assert "set_int_max_str_digits" not in text
    assert "recursion depth" not in text


class judging:
    """Lets errors of ours pass that can be printed, and nothing else."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, AzfuncError):
            says_it(error)
            return True
        return False


def for_each(check: Callable[[Any], object], odd: Mapping[str, Callable[[], Any]] = ODD) -> None:
    """Check each odd value; what goes wrong is told with its name."""
    for name, make in odd.items():
        try:
            with judging():
                check(make())
        except Exception as error:
            raise AssertionError(f"with {name}") from error
