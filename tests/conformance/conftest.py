"""Nothing here is collected where Microsoft's worker libraries are not installed: they exist for Python 3.13 and later.

Nor where processes cannot fork, which the library for decorators needs: one app in the life of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.reference import ReferenceWorker

_LIBRARIES = ("azure_functions_runtime_v1", "azure_functions_runtime")

collect_ignore_glob = [] if hasattr(os, "fork") and all(map(find_spec, _LIBRARIES)) else ["*.py"]


@pytest.fixture(scope="session")
def reference_worker() -> Iterator[ReferenceWorker]:
    """One process with Microsoft's library, for all generated apps: starting one costs half a second."""
    from tests.conformance.reference import ReferenceWorker

    with ReferenceWorker() as worker:
        yield worker
