"""A JSON file of a function app: read the way the host reads it, with places for error messages."""

from __future__ import annotations

import os
import stat
from io import FileIO

from pytest_azfunc.errors import Location, ProjectError
from pytest_azfunc.project.lenient_json import JsonError, loads, position_of


class JsonFile:
    """Where a value came from: a file, and on demand the line and column of a value in it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def location(self, *keys: str | int) -> Location:
        """The place of the value at *keys*, or of its nearest parent that the file has; names ignore case.

        The text is read again: places are only asked for when something is shown to a person.
        """
        try:
            place = position_of(read_text(self.path), keys)
        except (OSError, ValueError):
            return Location(self.path)
        return Location(self.path, place.line, place.column)


def read_text(path: str) -> str:
    """The file's text, without the byte order mark that Windows editors write.

    :raises OSError: it cannot be read, or is no regular file: a device or a pipe may have no end.
    :raises UnicodeDecodeError: it is not UTF-8.
    """
    status = os.stat(path)  # opening a named pipe would wait for somebody to write into it
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is a directory" if stat.S_ISDIR(status.st_mode) else "it is not a regular file", path)
    # FileIO and one read: discovery of a large app spends most of its time here.
    with FileIO(path) as file:
        content = file.read(status.st_size + 1)
        if len(content) > status.st_size:  # it grows, or lies on a file system that does not tell sizes
            content += file.readall()
    text = content.decode("utf-8")
    return text[1:] if text.startswith("\ufeff") else text


def read_json(path: str, *, unreadable: str, invalid: str, function: str | None = None) -> object:
    """The value in a JSON file.

    :param unreadable: rule of the error for a file that cannot be read or is no UTF-8.
    :param invalid: rule of the error for a file that is no JSON.
    :raises ProjectError: with one of these rules, and the place.
    """
    try:
        text = read_json_text(path, unreadable=unreadable, function=function)
    except FileNotFoundError:  # deleted since it was seen
        raise _unreadable(path, unreadable, "it does not exist", function) from None
    return parse_json(text, path, invalid=invalid, function=function)


def read_json_text(path: str, *, unreadable: str, function: str | None = None) -> str:
    """The text of a JSON file.

    :raises FileNotFoundError: there is nothing of that name.
    :raises ProjectError: with the rule *unreadable*.
    """
    try:
        return read_text(path)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    except FileNotFoundError:
        if not os.path.islink(path):
            raise
        reason = "it is a symbolic link to nothing"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise _unreadable(path, unreadable, reason, function)


def parse_json(text: str, path: str, *, invalid: str, function: str | None = None) -> object:
    """The value of the JSON text that stands in the file *path*.

    :raises ProjectError: with the rule *invalid*, and the place.
    """
    try:
        return loads(text)
    except JsonError as error:
        where, reason = Location(path, error.line, error.column), error.problem
    raise ProjectError(invalid, function=function, location=where, reason=reason, file=os.path.basename(path))


def _unreadable(path: str, rule: str, reason: str, function: str | None) -> ProjectError:
    name = os.path.basename(path)
    return ProjectError(
        rule, function=function, location=Location(path), reason=reason[:1].lower() + reason[1:], file=name
    )
