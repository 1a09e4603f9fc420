"""The run with the oldest supported versions really has them."""

from __future__ import annotations

import os
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version


@pytest.mark.skipif("AZFUNC_OLDEST" not in os.environ, reason="only with the oldest supported versions")
def test_every_dependency_is_as_old_as_the_package_allows() -> None:
    requirements = [Requirement(line) for line in requires("pytest-azfunc") or [] if "extra ==" not in line]
    oldest = {needed.name: Version(bound.version) for needed in requirements for bound in needed.specifier}

    assert {"pytest", "azure-functions"} <= oldest.keys()
    assert {name: Version(version(name)) for name in oldest} == oldest
