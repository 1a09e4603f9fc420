"""Exceptions of functions that reached no code of the test, because the caller got what Azure would send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, overload

from pytest_azfunc.errors import AzfuncError, BindingError, FunctionFailed, message_of, shown

__tracebackhide__ = True


class Failure(NamedTuple):
    """A function's exception that no code of the test was given.

    :ivar function: the function's name.
    :ivar exception: what it raised, traceback included.
    :ivar how: how it was called, such as ``GET /api/orders``.
    :ivar answered: whether an HTTP client of the test was given the 500 for it: then it needs no claim.
    :ivar status_code: what the caller was told.
    :ivar rule: what an error says of it, if nobody claims it.
    """

    function: str
    exception: BaseException
    how: str
    answered: bool = False
    status_code: int = 500
    rule: str = "failure-unclaimed"


class _Expectation:
    def __init__(self, kind: type[BaseException] | tuple[type[BaseException], ...], match: str | None) -> None:
        self.kind = kind
        self.match = match
        self.met = False

    def fits(self, failure: Failure) -> bool:
        if not isinstance(failure.exception, self.kind):
            return False
        return self.match is None or re.search(self.match, str(failure.exception)) is not None

    def __str__(self) -> str:
        kinds = self.kind if isinstance(self.kind, tuple) else (self.kind,)
        named = " or ".join(kind.__name__ for kind in kinds)
        return named if self.match is None else f"{named} that matches {self.match!r}"


class Failures(Sequence[Failure]):
    """The failures of a test: a sequence of :class:`Failure`, oldest first.

    Each that no client of the test was told of must be claimed with :meth:`expect`; one that is not is an error at the
    end of the test.
    """

    def __init__(self) -> None:
        self._all: list[Failure] = []
        self._sources: list[Callable[[], Iterable[Failure]]] = []
        self._expected: list[_Expectation] = []

    def add(self, failure: Failure) -> None:
        """Note a failure."""
        self._all.append(failure)

    def watch(self, source: Callable[[], Iterable[Failure]]) -> None:
        """Ask *source*, at the end of the test, what else has failed."""
        self._sources.append(source)

    def expect(
        self, exception: type[BaseException] | tuple[type[BaseException], ...], *, match: str | None = None
    ) -> None:
        """Claim every failure of this kind, those so far and those to come; that there is none is an error.

        :param exception: the class, or a tuple of classes, as for ``pytest.raises``.
        :param match: a regular expression that is searched in the exception's text.
        :raises BindingError: no exception class.
        """
        kinds = exception if isinstance(exception, tuple) else (exception,)
        if not kinds or not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
            raise BindingError("failure-expected", found=shown(exception))
        self._expected.append(_Expectation(exception, match))

    def check(self) -> None:
        """Judge, at the end of a test.

        :raises FunctionFailed: from the first failure that was not claimed; or an expected one did not happen.
        """
        for source in self._sources:
            self._all.extend(source())
        self._sources.clear()
        unclaimed = []
        for failure in self._all:
            fitting = [expected for expected in self._expected if expected.fits(failure)]
            for expected in fitting:
                expected.met = True
            if not fitting and not failure.answered:
                unclaimed.append(failure)
        if unclaimed:
            raise self._error(unclaimed) from unclaimed[0].exception
        for expected in self._expected:
            if not expected.met:
                raise FunctionFailed("failure-not-seen", expected=str(expected), seen=_listed(self._all))

    def _error(self, unclaimed: list[Failure]) -> AzfuncError:
        first = unclaimed[0]
        return FunctionFailed(
            first.rule,
            function=first.function,
            how=first.how,
            raised=f"{type(first.exception).__name__}: {_message(first.exception)}",
            kind=type(first.exception).__name__,
            told=f"a {first.status_code}{' without a body' if first.status_code == 500 else ''}",
            more=_more(unclaimed[1:], [expected for expected in self._expected if not expected.met]),
        )

    @overload
    def __getitem__(self, index: int) -> Failure: ...

    @overload
    def __getitem__(self, index: slice) -> list[Failure]: ...

    def __getitem__(self, index: int | slice) -> Failure | list[Failure]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return f"<Failures: {_listed(self._all)}>"


def _message(error: BaseException) -> str:
    """Of our own errors only what is wrong: the rest is in the traceback, where they are the cause."""
    return error.problem.rstrip(".") if isinstance(error, AzfuncError) else message_of(error)


def _more(failures: Sequence[Failure], unmet: Sequence[_Expectation]) -> str:
    """What else is to say beside the first failure."""
    others = f" {len(failures)} more failed: {_listed(failures)}." if failures else ""
    missed = " and ".join(map(str, unmet))
    return others + (f" Expected was {missed}, and did not come." if missed else "")


def _listed(failures: Sequence[Failure]) -> str:
    return ", ".join(f"{f.function} ({f.how}) {shown(f.exception)}" for f in failures) or "nothing failed"
