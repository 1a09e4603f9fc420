"""What ends the worker process: each case has a process of its own, and a test of ours must not end with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.apps import Case, write_app
from tests.conformance.ours import our_answers
from tests.conformance.reference import ProcessEnded, ReferenceWorker
from tests.conformance.typed import TIMER, call

_TIMER = "in timerTrigger x"
_WHILE_RUNNING = [
    Case("sys.exit", [_TIMER], "def main(x): sys.exit(3)\n", [call(TIMER)]),
    Case("sys.exit in async", [_TIMER], "async def main(x): sys.exit()\n", [call(TIMER)]),
    Case("SystemExit subclass", [_TIMER], "def main(x): raise type('Mine', (SystemExit,), {})\n", [call(TIMER)]),
    Case("KeyboardInterrupt", [_TIMER], "def main(x): raise KeyboardInterrupt\n", [call(TIMER)]),
    Case("KeyboardInterrupt in async", [_TIMER], "async def main(x): raise KeyboardInterrupt\n", [call(TIMER)]),
]
_WHILE_IMPORTED = [
    Case("sys.exit at import", [_TIMER], "sys.exit(3)\n"),
    Case("sys.exit in a helper", [_TIMER], "import exiting\n", files={"exiting.py": "raise SystemExit\n"}),
]


def _reference_ends(case: Case, root: Path) -> None:
    write_app(root, [case])
    with ReferenceWorker() as reference, pytest.raises(ProcessEnded):
        reference.answers(root, [case])


@pytest.mark.parametrize("case", _WHILE_RUNNING, ids=[case.name for case in _WHILE_RUNNING])
def test_what_ends_azures_process_passes_through_our_worker(case: Case, tmp_path: Path) -> None:
    _reference_ends(case, tmp_path)
    assert our_answers(tmp_path, [case])[case.function]["calls"] == [{"status": "process ended"}]


@pytest.mark.parametrize("case", _WHILE_IMPORTED, ids=[case.name for case in _WHILE_IMPORTED])
def test_a_script_that_ends_azures_process_is_refused_by_ours(case: Case, tmp_path: Path) -> None:
    _reference_ends(case, tmp_path)
    assert our_answers(tmp_path, [case])[case.function]["load"]["rule"] == "import-exits"
