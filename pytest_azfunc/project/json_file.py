"""A JSON file of a function app: read the way the host reads it, with places for error messages."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pytest_azfunc.errors import Location, ProjectError
from pytest_azfunc.project.lenient_json import JsonError, loads, positions


@dataclass(frozen=True)
class JsonFile:
    """Where a value came from: a file, and on demand the line and column of a value in it."""

    path: str

    def location(self, *keys: str | int) -> Location:
        """The place of the value at *keys*, or of its nearest parent that the file has.

        The text is read again: places are only asked for when something is shown to a person.
        """
        try:
            places = positions(read_text(self.path))
        except (OSError, ValueError):
            return Location(self.path)
        for length in range(len(keys), -1, -1):
            place = places.get(keys[:length])
            if place is not None:
                return Location(self.path, place.line, place.column)
        return Location(self.path)


def read_text(path: str) -> str:
    """The file's text, without the byte order mark that Windows editors write."""
    # os.open and one read: discovery of a large app spends most of its time here.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        size = os.fstat(descriptor).st_size
        chunks = []
        while chunk := os.read(descriptor, size + 1):
            chunks.append(chunk)
    finally:
        os.close(descriptor)
    return b"".join(chunks).decode("utf-8-sig")


def read_json(path: str, *, unreadable: str, invalid: str, function: str | None = None) -> object:
    """The value in a JSON file.

    :param unreadable: rule of the error for a file that cannot be read or is no UTF-8.
    :param invalid: rule of the error for a file that is no JSON.
    :raises ProjectError: with one of these rules, and the place.
    """
    name = os.path.basename(path)
    try:
        return loads(read_text(path))
    except JsonError as error:
        raise ProjectError(
            invalid,
            function=function,
            location=Location(path, error.line, error.column),
            reason=error.problem,
            file=name,
        ) from None
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
        raise ProjectError(
            unreadable, function=function, location=Location(path), reason=reason, file=name
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProjectError(
            unreadable, function=function, location=Location(path), reason=reason, file=name
        ) from None
