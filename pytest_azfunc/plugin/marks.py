"""What the ``azfunc`` marks of a test say."""

from __future__ import annotations

from typing import Any

import pytest


def arguments(item: pytest.Item) -> dict[str, Any]:
    """The arguments of a test's marks; the closest mark wins key by key.

    :raises BindingError: a positional argument, an unknown name, a wrong type.
    """
    if "azfunc" not in item.keywords:  # where files and folders have their names, too
        return {}
    marks = list(item.iter_markers("azfunc"))
    if not marks:
        return {}
    from pytest_azfunc.errors import Location
    from pytest_azfunc.plugin.mark_arguments import merge_marks

    # pytest puts the marks of a parameter set behind those of the function, but they are the closer ones.
    of_parameters = getattr(getattr(item, "callspec", None), "marks", ())
    marks.sort(key=lambda found: found not in of_parameters)
    line = item.location[1]
    test = Location(str(item.path), None if line is None else line + 1)
    return merge_marks(((found.args, found.kwargs) for found in marks), test)


def lenient_arguments(item: pytest.Item) -> dict[str, Any]:
    """The same; nothing when they are wrong, which the fixtures will say."""
    try:
        return arguments(item)
    except Exception:
        return {}
