"""``--azfunc-list``: the functions of the app, or of several, and no test."""

from __future__ import annotations

import shutil
import sys

import pytest
from _pytest.config import create_terminal_writer

from pytest_azfunc.plugin.choice import session_apps, start_folder
from pytest_azfunc.plugin.colours import write_lines


def print_functions(config: pytest.Config) -> int:
    """Print the list.

    :returns: pytest's exit status: 1 when a function would not load, 2 after Ctrl-C.
    :raises pytest.UsageError: the app cannot be found or read, which ends the session like a wrong option does.
    """
    from pytest_azfunc.errors import AzfuncError

    try:
        apps = session_apps(config)
        lines, failed = apps.function_lists(start_folder(config), shutil.get_terminal_size().columns)
    except AzfuncError as error:
        raise pytest.UsageError(str(error)) from None
    except KeyboardInterrupt:
        print("KeyboardInterrupt", file=sys.stderr)
        return pytest.ExitCode.INTERRUPTED
    write_lines(create_terminal_writer(config), lines)
    return 1 if failed else 0
