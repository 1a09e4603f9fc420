"""How ``--azfunc-list`` looks: colours, and columns that one long name does not push apart."""

from __future__ import annotations

from itertools import product

from tests.function_app import FunctionApp, Sessions, http_out, http_trigger, queue_out, queue_trigger

RED, YELLOW, GREEN, CYAN, BOLD, END = "\33[31m\33[1m", "\33[33m", "\33[32m", "\33[36m", "\33[1m", "\33[0m"


def broken(app: FunctionApp) -> None:
    app.function("Ok", "def main(msg, done): pass", queue_trigger(), queue_out("done", "done"))
    app.function("Bad", "def main(msg, other): pass", disabled=True)
    app.function("\33[31mRed", "def main(msg): pass")


def test_colours(sessions: Sessions) -> None:
    broken(sessions.add("list", "--azfunc-list", "--color=yes").app)
    sessions.add("all load", "--azfunc-list", "--color=yes").app.function("Ok", "def main(msg): pass")

    results = sessions.run()

    lines = results["list"].outlines
    heading, (escaped, *_), (bad, note, _, cause, more, where, remedy, *_) = lines[0], lines[2:], lines[7:]
    ok, _, verdict = lines[-3:]
    assert heading.startswith(f"{BOLD}azfunc: app, function.json, ")
    assert bad == f"{RED}!{END} {RED}Bad{END}       {CYAN}queue{END}  orders"
    assert note.strip().startswith(f'{YELLOW}note:{END} "disabled" in function.json')
    assert [cause, more] == [
        f"    {RED}would not load: the following parameters are declared in Python but not in{END}",
        f"      {RED}function.json: other.{END}",
    ]
    assert where == f"    {BOLD}where:{END} app/Bad/__init__.py:1"
    assert remedy.startswith(f"    {BOLD}remedy:{END} correct the name, add a binding for it")
    assert escaped == rf"{RED}!{END} {RED}\x1b[31mRed{END}"
    assert ok == f"  {BOLD}Ok{END}        {CYAN}queue{END}  orders  -> done: queue done"
    assert verdict == f"{RED}3 functions, 2 would not load in Azure.{END}"
    assert results["all load"].outlines[-1] == f"{GREEN}1 function, all would load in Azure.{END}"


COLOURED = {
    (("--color=yes",), ()): True,
    (("--color=yes",), ("NO_COLOR",)): True,  # the option is closer than the variable, as for all of pytest
    (("--color=no",), ("FORCE_COLOR",)): False,
    ((), ("FORCE_COLOR",)): True,
    ((), ("FORCE_COLOR", "NO_COLOR")): False,
    ((), ()): False,  # what tests read is no terminal
}


def test_who_decides_on_colours(sessions: Sessions) -> None:
    for (options, variables), option in product(COLOURED, ("--azfunc-list", "--azfunc-check")):
        environment = {"PY_COLORS": "", **dict.fromkeys(variables, "1")}  # which the tool of the tests sets
        broken(sessions.add((options, variables, option), option, *options, environment=environment).app)

    for (options, variables, option), result in sessions.run().items():
        assert ("\33[" in result.stdout.str()) is COLOURED[options, variables], (options, variables, option)


def test_a_long_name_widens_no_column(sessions: Sessions) -> None:
    long = "ReconcileInventoryWithTheWarehouse"
    for columns in (80, 160):
        app = sessions.add(columns, "--azfunc-list", environment={"COLUMNS": str(columns)}).app
        app.function("Ping", "def main(req): pass", http_trigger(), http_out())
        app.function(long, "def main(msg, done): pass", queue_trigger(), queue_out("done", "done"))
        app.function("Stock", "def main(msg): pass")
        app.function("Audit", "def main(msg): pass")

    narrow, wide = (result.outlines[2:-2] for result in sessions.run().values())

    assert narrow == [
        "  Audit  queue  orders",
        "  Ping   http   any method /api/Ping (anonymous)  -> $return: http",
        f"  {long}  queue  orders  -> done: queue done",
        "  Stock  queue  orders",
    ]
    assert wide[2] == f"  {long}  queue  orders  -> done: queue done"


def test_names_that_are_all_long_have_a_column(sessions: Sessions) -> None:
    app = sessions.add("long", "--azfunc-list").app
    names = [f"ReconcileInventoryOf{place}" for place in ("Oslo", "Lyon", "Porto")]
    for name in names:
        app.function(name, "def main(msg): pass")

    lines = sessions.run()["long"].outlines[2:-2]

    assert [line.split() for line in lines] == [[name, "queue", "orders"] for name in sorted(names)]
    assert len({line.index("queue") for line in lines}) == 1
