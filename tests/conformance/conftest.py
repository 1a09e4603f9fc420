"""Nothing here is collected where Microsoft's worker library is not installed: it exists for Python 3.13 and later."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conformance.reference import ReferenceWorker

collect_ignore_glob = [] if find_spec("azure_functions_runtime_v1") else ["*.py"]


@pytest.fixture(scope="session")
def reference_worker() -> Iterator[ReferenceWorker]:
    """One process with Microsoft's library, for all generated apps: starting one costs half a second."""
    from tests.conformance.reference import ReferenceWorker

    with ReferenceWorker() as worker:
        yield worker
