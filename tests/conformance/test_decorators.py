"""Apps of decorated functions, those of the table and generated ones, on Microsoft's library and on ours."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.conformance import generated_decorators
from tests.conformance.apps import Document
from tests.conformance.decorator_apps import App, calls_of
from tests.conformance.decorator_comparison import differences
from tests.conformance.decorator_ours import our_answer
from tests.conformance.reference import IndexingReference
from tests.conformance.table_decorators import CASES

# What the apps leave behind when they are gone is theirs, as in Azure.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
_NUMBERS = itertools.count()

# What our host side refuses of a generated app although the worker listed it.
_HOST_RULES = frozenset(("function-name", "route-conflict", "binding-value", "retry-value", "retry-value-missing"))


@pytest.fixture(scope="module")
def reference() -> Iterator[IndexingReference]:
    with IndexingReference() as process:
        yield process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("decorators")


def _answers(app: App, folder: Path, reference: IndexingReference) -> tuple[Document, Document]:
    root = folder / f"app{next(_NUMBERS)}"
    root.mkdir()
    app.write(root)
    theirs = reference.answer(root, app)
    return our_answer(root, app, calls_of(app, theirs)), theirs


# A script of the table that is wrong itself would fail on both sides alike.
_SLIPS = ("SyntaxError", "IndentationError", "NameError")
_MEANT = ("syntax error", "no such", "NoSuchName", "a name that is not there", "under TYPE_CHECKING", "knows only")


def _shown(found: dict[str, str]) -> str:
    return "\n".join(f"{part}: {text}" for part, text in found.items())


@pytest.mark.parametrize("app", CASES, ids=[app.name for app in CASES])
def test_same_answer(app: App, folder: Path, reference: IndexingReference) -> None:
    ours, theirs = _answers(app, folder, reference)
    assert not theirs.get("error", "").startswith(_SLIPS) or any(words in app.name for words in _MEANT)
    found = differences(app, ours, theirs, lambda rule: False)
    assert found.keys() == app.differs.keys(), _shown(found)


@settings(
    max_examples=10_000 if _LONG else 250,
    derandomize=not _LONG,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(app=generated_decorators.apps())
def test_generated(app: App, folder: Path, reference: IndexingReference) -> None:
    ours, theirs = _answers(app, folder, reference)
    found = differences(app, ours, theirs, _HOST_RULES.__contains__)
    assert not found, f"{app.script}\n{_shown(found)}"
