"""What one rule is, and the sentences on Azure that many share."""

from __future__ import annotations

from typing import Final, NamedTuple

INDEX_FAILS: Final = "the worker indexes no function of the app: 0 functions found."


class Rule(NamedTuple):
    """The three sentences of one error; ``{names}`` are filled from the exception's details.

    :ivar problem: what is wrong.
    :ivar azure: what Azure would do; empty where only a test can go wrong this way.
    :ivar remedy: what to do about it.
    """

    problem: str
    azure: str = ""
    remedy: str = ""


def not_started(problem: str, remedy: str) -> Rule:
    """What the host does not start with."""
    return Rule(problem, "the host does not start; no function of the app runs.", remedy)


def left_out(problem: str, remedy: str) -> Rule:
    """What the host has against one function."""
    return Rule(problem, "the host puts the function in error and leaves it out; the others run.", remedy)


def not_loaded(problem: str, remedy: str) -> Rule:
    """What the worker has against one function."""
    return Rule(problem, "the worker refuses to load the function; every call of it fails.", remedy)


def not_indexed(problem: str, remedy: str) -> Rule:
    """What hides a whole decorator app."""
    return Rule(problem, INDEX_FAILS, remedy)


def of_test(problem: str, remedy: str, azure: str = "") -> Rule:
    """What is wrong with the test, or with what it says of the app."""
    return Rule(problem, azure, remedy)
