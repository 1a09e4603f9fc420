"""The app settings of an open host. In Azure settings are environment variables, and so they are here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping

from pytest_azfunc.errors import BindingError, kind_of, setting_name
from pytest_azfunc.errors.notes import no_setting
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.project.settings import FileSettings
from pytest_azfunc.project.user_errors import add_note

__tracebackhide__ = True  # in AppSettings.__setitem__ pytest would print the value with the frame


def check_mapping(settings: object, builder: str) -> None:
    """Refuse app settings that are neither None nor a mapping.

    :param builder: who was given them.
    :raises BindingError: they are something else.
    """
    if not isinstance(settings, (Mapping, type(None))):
        raise wrong_value(builder, "settings", settings, "a mapping of names to texts")


def _missing(name: object) -> KeyError:
    error = KeyError(name)
    if isinstance(name, str):
        add_note(error, f"azfunc:{no_setting(name, '')}")
    return error


class AppSettings(MutableMapping[str, str]):
    """The app settings of one open host. Setting one changes ``os.environ`` at once, as settings are environment.

    local.settings.json gives the names and values; a real environment variable of a name wins over the file, and
    what a test sets wins over both. Its ``repr`` shows names only.
    """

    def __init__(self, file_values: FileSettings, test_values: Mapping[str, str]) -> None:
        self._names: dict[str, str | None] = dict.fromkeys(file_values)  # with what the test has set
        for name, value in file_values.harmless.items():
            os.environ.setdefault(name, value)
        for name, value in test_values.items():
            self[name] = value

    def __getitem__(self, name: str) -> str:
        if name not in self._names or name not in os.environ:
            raise _missing(name)
        return os.environ[name]

    def __setitem__(self, name: str, value: str) -> None:
        if not isinstance(name, str) or not name or "=" in name or "\0" in name:
            raise BindingError("setting", name=setting_name(name), reason="it cannot be the name of an app setting")
        if not isinstance(value, str) or "\0" in value:
            reason = (
                f"its value is {kind_of(value)}, but must be a str" if not isinstance(value, str) else "it has a NUL"
            )
            raise BindingError("setting", name=name, reason=reason)
        try:
            os.fsencode(f"{name}{value}")
        except UnicodeEncodeError:
            reason = "it has half of a surrogate pair, which no environment can carry"
            raise BindingError("setting", name=name, reason=reason) from None
        self._names[name] = value
        os.environ[name] = value

    def __delitem__(self, name: str) -> None:
        if name not in self._names:
            raise _missing(name)
        del self._names[name]
        os.environ.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._names if name in os.environ])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def set_by_test(self) -> dict[str, str]:
        """What marks and the test itself have set, also when the host is closed."""
        return {name: value for name, value in self._names.items() if value is not None}

    def differences(self, other: Mapping[str, str]) -> list[str]:
        """What is not the same in another mapping, a line for each kind of difference: names, and no values."""
        mine, theirs = dict(self), dict(other)
        groups = (
            ("only in the settings", mine.keys() - theirs.keys()),
            ("not in the settings", theirs.keys() - mine.keys()),
            ("another value", {name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]}),
        )
        return [f"{what}: {', '.join(sorted(map(str, names)))}" for what, names in groups if names]

    def __repr__(self) -> str:
        return f"<AppSettings {', '.join(self) or 'none'}>"
