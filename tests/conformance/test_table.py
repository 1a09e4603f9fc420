"""Every case of the table, on both workers."""

from __future__ import annotations

import pytest

from tests.conformance import table_http
from tests.conformance.apps import Case, Document, write_app
from tests.conformance.cases import CASES
from tests.conformance.comparison import differences
from tests.conformance.ours import our_answers
from tests.conformance.reference import ReferenceWorker

Answers = dict[str, tuple[Document, Document]]


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Ours and Microsoft's answer to every case. All cases are functions of one app: one process answers them."""
    root = tmp_path_factory.mktemp("table") / "app"
    write_app(root, CASES)
    with ReferenceWorker() as reference:
        theirs = reference.answers(root, CASES)
    ours = our_answers(root, CASES)
    return {case.function: (ours[case.function], theirs[case.function]) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_same_answer(case: Case, answers: Answers) -> None:
    ours, theirs = answers[case.function]
    found = differences(case, ours, theirs)
    assert found.keys() == case.differs.keys(), "\n".join(f"{part}: {text}" for part, text in found.items())


def test_outputs_are_listed_in_the_order_of_function_json(answers: Answers) -> None:
    """In Azure the order is that of the parameters, but it means nothing to the host; ours has one that can be read."""
    listed = 0
    for case in CASES:
        declared = [binding["name"] for binding in case.parsed_bindings()]
        for call in answers[case.function][0]["calls"]:
            outputs = list(call.get("outputs", ()))
            assert outputs == [name for name in declared if name in outputs], case.name
            listed += len(outputs) > 1
    assert listed


def test_http_cases_run(answers: Answers) -> None:
    """A script of a table that is wrong itself would fail on both sides alike."""
    called = [case for case in table_http.CASES if case.name.startswith(("http values", "request "))]
    assert len(called) > 15
    assert not [case.name for case in called if answers[case.function][1]["load"]]
