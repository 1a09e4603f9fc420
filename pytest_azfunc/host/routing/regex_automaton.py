"""Searches for regular expressions without going back, so that no expression takes long.

`re` tries one way after another, and an expression such as `(a+)+$` has more of them than anybody can wait for. .NET
does the same, and gives up after ten seconds. Here all ways are followed side by side, character by character. That
takes long for simple expressions, so it is for those only that may need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Test: TypeAlias = Callable[[str, int], bool]


class _Unsuitable(Exception):
    """The expression has something that cannot be followed side by side, such as a reference to a group."""


# So short a text takes no time with up to three endless repetitions.
_SHORT = 100


def steady_search(pattern: str, flags: re.RegexFlag) -> Callable[[str], bool]:
    """Make a function that tells whether an expression in Python's notation is found in a text.

    What can't be followed side by side is left to `re`: references to groups, groups that keep what they have,
    conditions, and counts in the thousands.

    Raises:
        re.error: the expression is not valid.
    """
    compiled = re.compile(pattern, flags)

    def is_found(text: str) -> bool:
        return compiled.search(text) is not None

    try:
        tree = _Parser(pattern, flags).tree
        nodes = _all_nodes(tree)
        endless = sum(isinstance(node, _Repeated) and node.most is None for node in nodes)
        nested = any(map(_repeats_what_varies, nodes))
        if not nested and endless < 2:
            return is_found
        automaton = _Automaton(tree)
    except (_Unsuitable, RecursionError):
        return is_found
    if nested or endless > 3:
        return automaton.is_found
    return lambda text: is_found(text) if len(text) <= _SHORT else automaton.is_found(text)


# The expression as a tree


@dataclass(frozen=True)
class _Character:
    test: Test


@dataclass(frozen=True)
class _Place:
    """Takes no character, but asks for something where it stands; a look ahead asks for a tree."""

    test: Test
    ahead: _Choice | None = None


@dataclass(frozen=True)
class _Choice:
    sequences: list[list[_Tree]]


@dataclass(frozen=True)
class _Repeated:
    tree: _Tree
    least: int
    most: int | None


_Tree: TypeAlias = "_Character | _Place | _Choice | _Repeated"

_TOKEN = re.compile(
    r"""(?P<unsuitable>\\[1-9]|\(\?P=|\(\?>|\(\?\(|\(\?[a-z]*x[a-z]*[:)-]|[*+?}]\+)
    |(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|.))
    |(?P<comment>\(\?\#[^)]*\))
    |(?P<around>\(\?<?[=!])
    |(?P<flags>\(\?(?P<on>[ims]*)(?:-(?P<off>[ims]+))?:)
    |(?P<group>\((?:\?P<\w+>)?)
    |(?P<close>\))
    |(?P<either>\|)
    |(?P<set>\[(?:\\.|[^\]\\])*\])
    |(?P<many>[*+?]|\{(?P<least>[0-9]+)(?P<to>,(?P<most>[0-9]*))?\})\??
    |(?P<plain>.)""",
    re.DOTALL | re.VERBOSE,
)
_PLACES = (r"\b", r"\B", r"\A", r"\Z", "^", "$")
_COUNTS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class _Parser:
    """Reads what `dotnet_regex` writes."""

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self._pattern = pattern
        self._position = 0
        self.tree = self._choice(flags)

    def _choice(self, flags: re.RegexFlag) -> _Choice:
        sequences: list[list[_Tree]] = [[]]
        while (found := _TOKEN.match(self._pattern, self._position)) is not None:
            self._position = found.end()
            if found["unsuitable"]:
                raise _Unsuitable
            if found["close"]:
                break
            if found["either"]:
                sequences.append([])
            elif found["many"]:
                last = sequences[-1].pop()
                sequences[-1].append(_Repeated(last, *_counts(found)))
            elif not found["comment"]:
                sequences[-1].append(self._item(found, flags))
        return _Choice(sequences)

    def _item(self, found: re.Match[str], flags: re.RegexFlag) -> _Tree:
        if found["flags"]:
            for letter in found["on"]:
                flags |= _FLAGS[letter]
            for letter in found["off"] or "":
                flags &= ~_FLAGS[letter]
            return self._choice(flags)
        if found["group"]:
            return self._choice(flags)
        if found["around"]:
            return self._look_around(found, flags)
        compiled = re.compile(found[0], flags)
        kind: type[_Place | _Character] = _Place if found[0] in _PLACES else _Character
        return kind(lambda text, position: compiled.match(text, position) is not None)

    def _look_around(self, found: re.Match[str], flags: re.RegexFlag) -> _Place:
        inner = self._choice(flags)
        if "<" in found[0]:  # what it looks back at has one length, so it takes no time
            compiled = re.compile(self._pattern[found.start() : self._position], flags)
            return _Place(lambda text, position: compiled.match(text, position) is not None)
        automaton, wanted = _Automaton(inner), found[0][-1] == "="
        return _Place(lambda text, position: automaton.is_found(text, position, only_there=True) is wanted, inner)


def _counts(found: re.Match[str]) -> tuple[int, int | None]:
    if found["least"] is None:
        return _COUNTS[found["many"]]
    least = int(found["least"])
    if found["to"] is None:
        return least, least
    return least, int(found["most"]) if found["most"] else None


def _repeats_what_varies(node: _Tree) -> bool:
    """Whether something is repeated that can itself be taken in several ways."""
    return isinstance(node, _Repeated) and node.most != 1 and any(map(_is_varied, _all_nodes(node.tree)))


def _is_varied(node: _Tree) -> bool:
    if isinstance(node, _Choice):
        return len(node.sequences) > 1
    return isinstance(node, _Repeated) and node.least != node.most


def _all_nodes(tree: _Tree) -> list[_Tree]:
    if isinstance(tree, _Choice):
        return [tree, *(node for sequence in tree.sequences for part in sequence for node in _all_nodes(part))]
    inner = tree.tree if isinstance(tree, _Repeated) else tree.ahead if isinstance(tree, _Place) else None
    return [tree] if inner is None else [tree, *_all_nodes(inner)]


# The tree as states


class _Automaton:
    """States, each with where to go from it: at once, past a place, or past a character. The first one is the end."""

    _MOST_STATES = 5000

    def __init__(self, tree: _Tree) -> None:
        self._at_once: list[list[int]] = [[]]
        self._places: list[Test | None] = [None]
        self._characters: list[tuple[Test, int] | None] = [None]
        self._start = self._add(tree, 0)

    def _state(self, *at_once: int, place: Test | None = None, character: tuple[Test, int] | None = None) -> int:
        if len(self._at_once) > self._MOST_STATES:
            raise _Unsuitable
        self._at_once.append(list(at_once))
        self._places.append(place)
        self._characters.append(character)
        return len(self._at_once) - 1

    def _add(self, tree: _Tree, after: int) -> int:
        """Add the states of a tree, and give the first of them; *after* comes behind the last."""
        if isinstance(tree, _Character):
            return self._state(character=(tree.test, after))
        if isinstance(tree, _Place):
            return self._state(after, place=tree.test)
        if isinstance(tree, _Repeated):
            return self._add_repeated(tree, after)
        starts = []
        for sequence in tree.sequences:
            start = after
            for part in reversed(sequence):
                start = self._add(part, start)
            starts.append(start)
        return starts[0] if len(starts) == 1 else self._state(*starts)

    def _add_repeated(self, tree: _Repeated, after: int) -> int:
        if tree.most is None:
            start = self._state(after)
            self._at_once[start].append(self._add(tree.tree, start))
        else:
            start = after
            for _ in range(tree.most - tree.least):
                start = self._state(after, self._add(tree.tree, start))
        for _ in range(tree.least):
            start = self._add(tree.tree, start)
        return start

    def is_found(self, text: str, position: int = 0, only_there: bool = False) -> bool:
        """Whether the expression is found at this position or, unless *only_there*, further on."""
        entered = [self._start]
        while entered:
            reached = self._reached(entered, text, position)
            if 0 in reached:
                return True
            if position == len(text):
                return False
            steps = (self._characters[state] for state in reached)
            entered = [step[1] for step in steps if step is not None and step[0](text, position)]
            position += 1
            if not only_there:
                entered.append(self._start)
        return False

    def _reached(self, entered: list[int], text: str, position: int) -> set[int]:
        reached: set[int] = set()
        while entered:
            state = entered.pop()
            if state in reached:
                continue
            reached.add(state)
            place = self._places[state]
            if place is None or place(text, position):
                entered += self._at_once[state]
        return reached
