"""Generated functions and data, on both workers. ``HYPOTHESIS_PROFILE=long`` makes many more, and others each time."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conformance import generated, generated_http
from tests.conformance.apps import Case, write_app
from tests.conformance.comparison import differences
from tests.conformance.ours import our_answers
from tests.conformance.reference import ReferenceWorker

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
_CASES_AT_ONCE = 20  # the functions of one app
_NUMBERS = itertools.count(1)


class Cases(tuple[Case, ...]):
    """What hypothesis would print of them all buries the one that fails, which the assertion shows."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"<{len(self)} cases>")


def _apps(case: st.SearchStrategy[Case]) -> st.SearchStrategy[Cases]:
    return st.lists(case, min_size=_CASES_AT_ONCE, max_size=_CASES_AT_ONCE).map(Cases)


_settings = settings(
    max_examples=600 if _LONG else 20,
    derandomize=not _LONG,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # a case is small enough as it is; to shrink twenty of them takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One root for all apps, emptied between them: the reference process never forgets a root."""
    return tmp_path_factory.mktemp("generated") / "app"


def _check(drawn: Cases, root: Path, reference: ReferenceWorker) -> None:
    shutil.rmtree(root, ignore_errors=True)
    cases = generated.numbered(drawn, next(_NUMBERS) * 1000)
    write_app(root, cases)
    theirs = reference.answers(root, cases)
    ours = our_answers(root, cases)
    found = {case.function: (case, differences(case, ours[case.function], theirs[case.function])) for case in cases}
    assert not any(parts for _, parts in found.values()), "\n\n".join(
        f"{list(case.bindings)}\n{case.script}\n" + "\n".join(f"{part}: {text}" for part, text in parts.items())
        for case, parts in found.values()
        if parts
    )


@_settings
@given(cases=_apps(generated.signatures()))
def test_signatures(cases: Cases, root: Path, reference_worker: ReferenceWorker) -> None:
    _check(cases, root, reference_worker)


@_settings
@given(cases=_apps(generated.outputs()))
def test_outputs(cases: Cases, root: Path, reference_worker: ReferenceWorker) -> None:
    _check(cases, root, reference_worker)


@_settings
@given(cases=_apps(generated.inputs()))
def test_inputs(cases: Cases, root: Path, reference_worker: ReferenceWorker) -> None:
    _check(cases, root, reference_worker)


@_settings
@given(cases=_apps(generated_http.requests()))
def test_http_requests(cases: Cases, root: Path, reference_worker: ReferenceWorker) -> None:
    _check(cases, root, reference_worker)


@_settings
@given(cases=_apps(generated_http.responses()))
def test_http_responses(cases: Cases, root: Path, reference_worker: ReferenceWorker) -> None:
    _check(cases, root, reference_worker)
