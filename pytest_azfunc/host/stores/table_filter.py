"""The filters of table queries: ``Status eq 'open' and (Amount gt 5 or not Paid)``. Pure.

Source: the Table service's REST reference, Querying Tables and Entities. An entity without the property never matches;
nor does one whose value has another type.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from pytest_azfunc.clock import as_moment

Predicate = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<typed>(?:datetime|guid|X|binary)'(?:[^']|'')*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[LlDdFf]?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>[()])
    )""",
    re.VERBOSE,
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


class FilterError(ValueError):
    """A filter that the service refuses; the text says why."""


def parse_filter(text: str) -> Predicate:
    """What decides whether an entity matches.

    :param text: the filter; an empty one matches all.
    :raises FilterError: the service would refuse it.
    """
    tokens = _tokens(text)
    if not tokens:
        return lambda _: True
    reader = _Reader(tokens)
    try:
        predicate = reader.any_of()
    except RecursionError:
        raise FilterError("it nests too deeply") from None
    if reader.rest():
        raise FilterError(f"{reader.rest()!r} is left over")
    return predicate


_Token = tuple[str, str]


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise FilterError(f"{text[position : position + 20]!r} is not understood")
        kind = token.lastgroup or ""
        found.append((kind, token[kind]))
        position = token.end()
    return found


class _Reader:
    """Reads a filter from left to right: ``or`` of ``and`` of ``not`` of comparisons."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def rest(self) -> str:
        return " ".join(text for _, text in self._tokens[self._at :])

    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _takes(self, text: str) -> bool:
        if self._next() in (("word", text), ("sign", text)):
            self._at += 1
            return True
        return False

    def any_of(self) -> Predicate:
        parts = [self._all_of()]
        while self._takes("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda entity: any(part(entity) for part in parts)

    def _all_of(self) -> Predicate:
        parts = [self._single()]
        while self._takes("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else lambda entity: all(part(entity) for part in parts)

    def _single(self) -> Predicate:
        if self._takes("not"):
            inner = self._single()
            return lambda entity: not inner(entity)
        if self._takes("("):
            inner = self.any_of()
            if not self._takes(")"):
                raise FilterError("a parenthesis is not closed")
            return inner
        return self._comparison()

    def _comparison(self) -> Predicate:
        left = self._operand()
        kind, text = self._next()
        if kind != "word" or text not in _COMPARISONS:
            return lambda entity: left(entity) is True  # a property of its own is a condition
        self._at += 1
        right, compare = self._operand(), _COMPARISONS[text]
        return lambda entity: _compared(left(entity), right(entity), compare)

    def _operand(self) -> Callable[[Mapping[str, Any]], Any]:
        kind, text = self._next()
        if kind in ("end", "sign"):
            raise FilterError(
                f"{text!r} stands where a property or a value should be" if text else "its end is missing"
            )
        self._at += 1
        if kind == "word" and text not in ("true", "false"):
            if text in _COMPARISONS or text in ("and", "or"):
                raise FilterError(f"{text!r} stands where a property or a value should be")
            return lambda entity: entity.get(text)
        value = _literal(kind, text)
        return lambda _: value


def _literal(kind: str, text: str) -> Any:
    if kind == "word":
        return text == "true"
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        digits = text.rstrip("LlDdFf")
        return int(digits) if re.fullmatch(r"-?[0-9]+", digits) else float(digits)
    name, _, quoted = text.partition("'")
    value = quoted[:-1]
    try:
        if name == "datetime":
            moment = as_moment(value if value.endswith("Z") or "+" in value else f"{value}Z")
            if moment is None:
                raise ValueError
            return moment
        return UUID(value) if name == "guid" else bytes.fromhex(value)
    except ValueError:
        raise FilterError(f"{value!r} is no {name}") from None


_KINDS = ((bool,), (int, float), (str,), (datetime,), (UUID,), (bytes,))


def _compared(left: Any, right: Any, compare: Callable[[Any, Any], bool]) -> bool:
    """The comparison of two values of one type; a property that is not there, or has another type, never matches."""
    kinds = [next((kind for kind in _KINDS if isinstance(value, kind)), None) for value in (left, right)]
    if kinds[0] is None or kinds[0] != kinds[1]:
        return False
    if isinstance(left, str):  # by the units of UTF-16, as .NET compares
        left, right = left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass")
    elif isinstance(left, datetime):
        left, right = left.astimezone(timezone.utc), right.astimezone(timezone.utc)
    elif isinstance(left, UUID):
        left, right = str(left), str(right)
    return compare(left, right)
