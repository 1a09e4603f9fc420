"""The exceptions and warnings of the package.

An exception carries its data (``.rule``, ``.function``, ``.binding``, ``.location`` and the values of its sentence in
``.details``); the text is made from them, and from :data:`~pytest_azfunc.errors.rules.RULES`, when somebody reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_azfunc.errors.wording import Location, cut, printable

if TYPE_CHECKING:
    from pytest_azfunc.errors.rules import Rule


class AzfuncError(Exception):
    """Anything that pytest-azfunc itself has to say. Catch it to catch every error of ours.

    :ivar rule: a stable name of what is wrong, such as ``"params-missing-in-function-json"``.
    :ivar function: name of the function concerned, or None.
    :ivar binding: name of the binding concerned, or None.
    :ivar location: :class:`Location` of the culprit, or None.
    :ivar details: the values that the sentence mentions.
    """

    def __init__(
        self,
        rule: str,
        *,
        function: str | None = None,
        binding: str | None = None,
        location: Location | None = None,
        **details: object,
    ) -> None:
        super().__init__(rule)
        self.rule = rule
        self.function = function
        self.binding = binding
        self.location = location
        self.details = details

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence, without place and remedy."""
        return self._fill(self._sentences.problem)

    @property
    def azure(self) -> str:
        """What Azure would do; empty where only a test can go wrong this way."""
        return self._fill(self._sentences.azure)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self._fill(self._sentences.remedy)

    @property
    def _sentences(self) -> Rule:
        from pytest_azfunc.errors.rules import RULES

        return RULES[self.rule]

    def _fill(self, sentence: str) -> str:
        known = {"function": self.function, "binding": self.binding, "hint": "", "suggestion": "", "known": ""}
        details = {name: cut(value) if isinstance(value, str) else value for name, value in self.details.items()}
        text = sentence.format(**{**known, **details}).strip()
        text = text[:-1] if text.endswith(("?.", "..")) and not text.endswith("...") else text
        # Names and values from outside may hold what steers a terminal, or what is no Unicode.
        return "\n".join(map(printable, text.split("\n")))

    @property
    def subject(self) -> str:
        """``function.binding``, as far as they are known."""
        return ".".join(part for part in (self.function, self.binding) if part)

    def __str__(self) -> str:
        subject = printable(self.subject)
        lines = [f"{subject}: {self.problem}" if subject else self.problem]
        rows = (("where", str(self.location) if self.location else ""), ("Azure", self.azure), ("remedy", self.remedy))
        lines += [f"  {label + ':':<8}{text}" for label, text in rows if text]
        lines.append(f"  {'rule:':<8}{self.rule}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # pytest-xdist and concurrent.futures pickle exceptions; the default would lose the keyword arguments.
        return _rebuild, (type(self), self.rule, self.function, self.binding, self.location, self.details)


def _rebuild(
    kind: type[AzfuncError],
    rule: str,
    function: str | None,
    binding: str | None,
    location: Location | None,
    details: dict[str, object],
) -> AzfuncError:
    return kind(rule, function=function, binding=binding, location=location, **details)


class ProjectError(AzfuncError):
    """The function app on disk is not what the host accepts: host.json, function.json, settings, names."""


class FunctionNotFound(AzfuncError):
    """No function of that name; the message names the nearest one."""


class FunctionLoadError(AzfuncError):
    """The worker refuses the script: its place, its entry point, its parameters or annotations."""


class AppIndexError(FunctionLoadError):
    """The worker refuses one function of a decorator app, and with it the whole app."""

    @property
    def azure(self) -> str:
        """What Azure would do: worse than with function.json, where only the one function is lost."""
        from pytest_azfunc.errors.rules import INDEX_FAILS

        return INDEX_FAILS


class BindingError(AzfuncError):
    """A payload, an input or an output that does not fit the binding it is meant for."""


class ArgumentError(BindingError, TypeError):
    """An argument that a builder or a request does not have. (A TypeError too, as Python itself would raise.)"""


class OutputNotSet(BindingError, KeyError):
    """The function did not set this output. (A KeyError too, so that ``outputs.get(name)`` works.)"""


class LossyOutputError(AzfuncError):
    """Azure would drop or mangle this output and report success. ``strict=False`` lets it pass."""


class FunctionFailed(AzfuncError):
    """A function failed where nobody was given its exception: it was the answer to an HTTP client."""


class StoreError(AzfuncError):
    """What a queue, a blob container or another store does not have, or its service refuses."""


class DurableError(AzfuncError):
    """An orchestration or entity that Azure would leave waiting for ever, or what no task hub has."""


class DeterminismError(DurableError):
    """An orchestrator that asks for something else when it is replayed; the host fails the orchestration."""


class FunctionTimeoutError(AzfuncError):
    """A function has run for longer than ``azfunc_timeout`` allows: it hangs, or is too slow for a test."""


class LoopError(AzfuncError):
    """Functions start one another, or themselves, over and over again, and no time passes."""

    @property
    def members(self) -> tuple[str, ...]:
        """The functions of the loop, by name."""
        return tuple(str(self.details["members"]).split(", "))


class UnsupportedFeature(AzfuncError):
    """Something that Azure does and pytest-azfunc does not emulate."""


class AzfuncWarning(UserWarning):
    """Something in the app that works in a test and would not in Azure, or not as it is meant.

    ``filterwarnings = error::pytest_azfunc.errors.AzfuncWarning`` in pytest's ini file makes an error of it, ``ignore``
    in the place of ``error`` makes it silent.
    """


class RouteOverlapWarning(AzfuncWarning):
    """A function that no request reaches, because another one answers first (``--azfunc-check``).

    The host tries functions in the order of their names, ignoring case, and the first whose route and methods fit
    answers; a literal route is not preferred to one with parameters. So ``Details`` with ``products/{id}`` answers
    ``/api/products/list``, and ``List`` with ``products/list`` is never called. Rename one of them so that the more
    special one comes first, or change a route.

    ``filterwarnings = error::pytest_azfunc.errors.RouteOverlapWarning`` in pytest's ini file makes the check fail,
    ``ignore`` in the place of ``error`` makes it silent.
    """


class ScheduleWarning(AzfuncWarning):
    """A timer's schedule that means something else than it seems to, or works here and not everywhere in Azure.

    ``--azfunc-check`` gives it: for five fields and time spans, which not every plan takes; for ``24:00:00``, which is
    24 days; for ``Sat-Sun``, which is every day, as no range goes round; for a day of the month beside a day of the
    week, of which both must fit; for ``WEBSITE_TIME_ZONE``, which some plans do not have. A test whose time moves gives
    it of a timer that the host would leave out.

    ``filterwarnings = error::pytest_azfunc.errors.ScheduleWarning`` in pytest's ini file makes an error of it,
    ``ignore`` in the place of ``error`` makes it silent.
    """
