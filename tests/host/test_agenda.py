"""The agenda: in which order things come due, and which chains are cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import LoopError
from pytest_azfunc.host.agenda import LONGEST_CHAIN, TIMER, Agenda, Due

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


class Ran(list[str]):
    """What has run, in order."""

    def of(self, name: str) -> Callable[[], None]:
        return lambda: self.append(name)


def run(agenda: Agenda, until: datetime = NOON) -> None:
    now = datetime.min.replace(tzinfo=timezone.utc)
    while (entry := agenda.next()) is not None and entry.at <= until:
        now = max(now, entry.at)
        agenda.run(entry, now)


def test_moments_come_first_then_timers_by_name_then_the_order_of_putting() -> None:
    agenda, ran = Agenda(), Ran()
    for at, name, reason in (
        (NOON, "second", "message"),
        (NOON, "beta", TIMER),
        (NOON - MINUTE, "early", "retry"),
        (NOON, "Alpha", TIMER),
        (NOON, "first of the others", "retry"),
        (NOON, "CHARLIE", TIMER),
        (NOON + MINUTE, "late", TIMER),
    ):
        agenda.put(at, name, ran.of(name), reason=reason)
    order = ["early", "Alpha", "beta", "CHARLIE", "second", "first of the others", "late"]
    assert [due.function for due in agenda.due] == order

    run(agenda)

    assert ran == order[:-1]
    assert agenda.due == [Due(NOON + MINUTE, "late", TIMER)]


def test_what_is_struck_off_does_not_run() -> None:
    agenda, ran = Agenda(), Ran()
    entries = [agenda.put(NOON, name, ran.of(name), reason="retry") for name in "abc"]
    agenda.cancel(entries[0])
    agenda.cancel(entries[2])
    agenda.cancel(entries[2])
    assert len(agenda) == 1
    assert [due.function for due in agenda.due] == ["b"]
    run(agenda)
    assert ran == ["b"]
    assert (len(agenda), agenda.due, agenda.next()) == (0, [], None)


def test_one_that_strikes_off_the_next() -> None:
    agenda, ran = Agenda(), Ran()
    agenda.put(NOON, "a", lambda: agenda.cancel(other), reason="retry")
    other = agenda.put(NOON, "b", ran.of("b"), reason="retry")
    run(agenda)
    assert ran == []


def test_what_is_put_while_something_runs_comes_after_what_was_there() -> None:
    agenda, ran = Agenda(), Ran()

    def work() -> None:
        ran.append("a")
        agenda.put(NOON, "c", ran.of("c"), reason="message")

    agenda.put(NOON, "a", work, reason="message")
    agenda.put(NOON, "b", ran.of("b"), reason="message")
    run(agenda)
    assert ran == ["a", "b", "c"]


def test_what_raises_is_off_the_agenda() -> None:
    agenda = Agenda()
    agenda.put(NOON, "a", lambda: [][0], reason="message")
    with pytest.raises(IndexError):
        run(agenda)
    assert agenda.next() is None


def test_shifted_together() -> None:
    agenda, ran = Agenda(), Ran()
    for minutes, name in ((2, "b"), (1, "a"), (2, "c")):
        agenda.put(NOON + minutes * MINUTE, name, ran.of(name), reason="retry")
    agenda.shift(timedelta(days=-365))
    assert [due.at for due in agenda.due] == [NOON - timedelta(days=365) + n * MINUTE for n in (1, 2, 2)]
    run(agenda)
    assert ran == ["a", "b", "c"]


# Loops


def chain(agenda: Agenda, members: list[str], runs: list[str], wait: timedelta = timedelta()) -> None:
    """Functions that each start the next one, round and round."""

    def put(number: int) -> None:
        name = members[number % len(members)]

        def work() -> None:
            runs.append(name)
            put(number + 1)

        agenda.put(NOON + wait * number, name, work, reason="message")

    put(0)


def test_a_function_that_starts_itself_is_cut() -> None:
    agenda, runs = Agenda(), Ran()
    chain(agenda, ["Resend"], runs)
    with pytest.raises(LoopError) as caught:
        run(agenda)
    assert len(runs) == LONGEST_CHAIN == 1000
    assert caught.value.rule == "loop"
    assert caught.value.details == {"count": 1000, "members": "Resend", "at": "2026-03-01 12:00:00Z"}


def test_all_members_of_a_loop_are_named() -> None:
    agenda, runs = Agenda(), Ran()
    chain(agenda, ["b", "A", "c"], runs)
    with pytest.raises(LoopError) as caught:
        run(agenda)
    assert (caught.value.function, caught.value.details["members"]) == ("b", "A, b, c")
    assert len(runs) == 3000


def test_a_chain_of_a_thousand_is_none() -> None:
    agenda, runs = Agenda(), Ran()

    def put(number: int) -> None:
        def work() -> None:
            runs.append("a")
            if number < 999:
                put(number + 1)

        agenda.put(NOON, "a", work, reason="message")

    put(0)
    run(agenda)
    assert len(runs) == 1000


def test_time_that_passes_ends_a_chain() -> None:
    agenda, runs = Agenda(), Ran()
    chain(agenda, ["a"], runs, wait=timedelta(microseconds=1))
    run(agenda, NOON + timedelta(microseconds=4999))
    assert len(runs) == 5000


def test_many_that_nobody_of_them_has_started_are_no_chain() -> None:
    agenda, ran = Agenda(), Ran()
    for _ in range(3000):
        agenda.put(NOON, "a", ran.of("a"), reason="message")
    run(agenda)
    assert len(ran) == 3000


# Any agenda


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["A", "b", "C", "d"]), st.booleans())))
def test_it_is_a_stable_sort(things: list[tuple[int, str, bool]]) -> None:
    agenda, ran = Agenda(), Ran()
    keyed = []
    for number, (minutes, name, is_timer) in enumerate(things):
        label = f"{name} {number}"
        agenda.put(NOON + minutes * MINUTE, name, ran.of(label), reason=TIMER if is_timer else "retry")
        keyed.append(((minutes, not is_timer, name.upper() if is_timer else "", number), label))
    run(agenda, NOON + timedelta(days=1))
    assert ran == [label for _, label in sorted(keyed)]


def test_a_step_of_a_long_agenda_is_quick() -> None:
    """A hundred thousand moments; the benchmark has the figures, this only sees that no step looks at all of them."""
    agenda = Agenda()
    for number in range(100_000):
        agenda.put(NOON + timedelta(seconds=number * 7919 % 100_000), "a", lambda: None, reason="retry")
    started = time.perf_counter()
    for _ in range(1000):
        entry = agenda.next()
        assert entry is not None
        agenda.run(entry, entry.at)
        agenda.put(entry.at + timedelta(days=2), "a", lambda: None, reason="retry")
    assert (time.perf_counter() - started) / 1000 < 0.001
