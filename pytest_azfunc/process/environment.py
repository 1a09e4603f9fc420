"""The environment: a copy that can be put back.

The mapping below ``os.environ`` is known here alone: to copy it is twenty times faster than to copy ``os.environ``,
which decodes every name and value.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

# pytest rewrites it in each phase of a test: it is not ours to put back.
_PYTEST_VARIABLE = "PYTEST_CURRENT_TEST"

Raw = dict[Any, Any]


class Environment:
    """A copy of ``os.environ`` that can be put back.

    Somebody may put another object in the place of ``os.environ`` and take it away again: it is the object of which the
    copy was made that is put back, and what is in its place loses what has changed in both.
    """

    __slots__ = ("_lent", "_lent_raw", "_noted", "_object", "_saved")

    def __init__(self) -> None:
        self._object: MutableMapping[str, str] = os.environ
        self._saved = _raw(self._object)
        self._lent: dict[str, str] = {}
        self._lent_raw: dict[int, Any] = {}  # the very objects that were put there for it
        self._noted: dict[str, str] = {}

    def differences(self) -> dict[str, str | None]:
        """Variables that are other than they were (pytest's own aside), with their present values; None for removed."""
        return {name: now for name, _, now in _changes(self._object, self._saved, _raw(self._object))}

    def lend(self, values: Mapping[str, str]) -> None:
        """Set the variables that are not set yet, as :func:`lend_variables`; when another host closes they stay."""
        self._lent.update(values)
        self._lent_raw.update({id(raw): raw for raw in lend_variables(values)})

    def note(self, values: Mapping[str, str]) -> None:
        """Remember what somebody has set for it, in place of what was there."""
        self._noted = dict(values)

    def restore_what_came_back(self) -> None:
        """Put back once more what was lent or noted, where it is there again.

        Who has replaced a variable meanwhile, such as ``monkeypatch.setenv``, puts back later what it has found.
        """
        for name, before, now in _changes(self._object, self._saved, _raw(self._object)):
            if now is not None and now in (self._lent.get(name), self._noted.get(name)):
                _put(self._object, name, before)

    def restore(self) -> None:
        """Put every variable back; child processes see it too."""
        changes = _changes(self._object, self._saved, _raw(self._object))
        if os.environ is not self._object:
            for name, before, now in changes:
                if now is not None and os.environ.get(name) == now:
                    _put(os.environ, name, before)
        for name, before, _ in changes:
            _put(self._object, name, before)

    def give_back(self, later: Sequence[Environment]) -> None:
        """Put back what is not that of *later* copies, and correct these."""
        later = [other for other in later if other._object is self._object]
        if not later:
            self.restore()
            return
        from pytest_azfunc.process.layers import withdraw  # mostly one host is open

        environ, decoded = self._object, _decoder(self._object)
        present = _raw(environ)
        copies = [other._saved for other in later]
        for raw, before in withdraw(self._saved, copies, present).items():
            _put(environ, decoded.name(raw), None if before is None else decoded.value(before))
        for number, other in enumerate(later, 1):
            for name, value in other._lent.items():
                if name not in environ:
                    environ[name] = value
                    raw = _raw_value(environ, name)
                    other._lent_raw[id(raw)] = raw
                for copy in copies[number:]:
                    copy.setdefault(decoded.raw_name(name), decoded.raw_value(value))


class _Plain:
    """The names and values of a mapping that is no environment of :mod:`os`."""

    name = value = raw_name = raw_value = staticmethod(lambda text: text)


class _Decoder:
    """What an environment has below its names and values."""

    def __init__(self, environ: Any) -> None:
        self.name, self.value = environ.decodekey, environ.decodevalue
        self.raw_name, self.raw_value = environ.encodekey, environ.encodevalue


def _decoder(environ: Any) -> Any:
    return _Decoder(environ) if isinstance(getattr(environ, "_data", None), dict) else _Plain


def _changes(environ: Any, saved: Raw, present: Raw) -> list[tuple[str, str | None, str | None]]:
    """Name, former and present value of each variable that has changed; only these are decoded."""
    if saved == present:
        return []
    decoded = _decoder(environ)
    return [
        (
            decoded.name(raw),
            decoded.value(saved[raw]) if raw in saved else None,
            decoded.value(present[raw]) if raw in present else None,
        )
        for raw in {raw for raw, _ in saved.items() ^ present.items()}
    ]


def _raw_value(environ: Any, name: str) -> Any:
    raw = getattr(environ, "_data", None)
    return raw[environ.encodekey(name)] if isinstance(raw, dict) else environ[name]


def _put(environ: MutableMapping[str, str], name: str, value: str | None) -> None:
    if value is None:
        environ.pop(name, None)
    else:
        environ[name] = value


def variable(name: str) -> str | None:
    """The value of a variable; None where it is not set, which ``os.environ`` itself finds out by way of an error."""
    environ: Any = os.environ
    raw = getattr(environ, "_data", None)
    if isinstance(raw, dict) and environ.encodekey(name) not in raw:
        return None
    value: str | None = environ.get(name)
    return value


def set_variable(name: str, value: str | None) -> None:
    """Give a variable its value; None removes it."""
    _put(os.environ, name, value)


def lend_variables(values: Mapping[str, str]) -> list[Any]:
    """Set the variables that are not set yet.

    :returns: the objects that ``os.environ`` keeps as their values.
    """
    environ: Any = os.environ
    raw, put = getattr(environ, "_data", None), []
    if not isinstance(raw, dict):
        raw, encode = environ, _Plain.raw_name
    else:
        encode = environ.encodekey
    for name, value in values.items():
        key = encode(name)
        if key not in raw:  # which os.environ itself finds out by way of an error
            environ[name] = value
            put.append(raw[key])
    return put


def variables_not_lent(copies: Sequence[Environment]) -> dict[str, str]:
    """The variables, without those that :meth:`Environment.lend` of these copies has set.

    One that was lent, and then set by somebody else to the same value, is among them: another object stands there.
    """
    environ = os.environ
    decoded = _decoder(environ)
    return {
        decoded.name(raw_name): decoded.value(raw)
        for raw_name, raw in _raw(environ).items()
        if not any(id(raw) in copy._lent_raw for copy in copies)
    }


def has_lent(copies: Sequence[Environment], name: str) -> bool:
    """Whether :meth:`Environment.lend` of one of these copies has set the variable, which is there."""
    raw = _raw_value(os.environ, name)
    return any(id(raw) in copy._lent_raw for copy in copies)


def variable_names() -> list[Any]:
    """The names of all variables, some perhaps encoded, as ``os.environ`` keeps them."""
    return list(getattr(os.environ, "_data", os.environ))


def _raw(environ: Any) -> Raw:
    raw = getattr(environ, "_data", None)
    if not isinstance(raw, dict):
        return {name: value for name, value in environ.items() if name != _PYTEST_VARIABLE}
    copy = raw.copy()
    copy.pop(environ.encodekey(_PYTEST_VARIABLE), None)
    return copy
