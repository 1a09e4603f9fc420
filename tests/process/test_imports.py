"""A test that imports the app's modules reaches the very modules that run."""

from __future__ import annotations

import itertools

import pytest

from tests.function_app import FunctionApp, Session, Sessions, passed

PROCESS_ORDER = """
    from . import helper


    def charge(amount):
        raise RuntimeError("the real payment service")


    def main(msg):
        print(charge(3), helper.greeting())
"""

HELPER = """
    def greeting():
        return "hello"
"""


def write_order_app(app: FunctionApp) -> FunctionApp:
    app.function("ProcessOrder", PROCESS_ORDER)
    app.write({"ProcessOrder/helper.py": HELPER})
    return app


@pytest.fixture
def order_app(app: FunctionApp) -> FunctionApp:
    return write_order_app(app)


IMPORT_MODES = ("prepend", "append", "importlib")
PATCHES = (
    ("import ProcessOrder", "monkeypatch.setattr(ProcessOrder, 'charge', lambda amount: f'paid {amount}')"),
    (
        "from ProcessOrder import main",
        "monkeypatch.setitem(main.__globals__, 'charge', lambda amount: f'paid {amount}')",
    ),
    ("import ProcessOrder.helper", "monkeypatch.setattr(ProcessOrder, 'charge', lambda amount: f'paid {amount}')"),
    ("", "monkeypatch.setattr('ProcessOrder.charge', lambda amount: f'paid {amount}')"),
    ("", "monkeypatch.setattr('__app__.ProcessOrder.charge', lambda amount: f'paid {amount}')"),
    ("from unittest import mock", "monkeypatch.setattr('ProcessOrder.charge', mock.Mock(return_value='paid 3'))"),
)


def test_patched_modules_are_the_ones_that_run(sessions: Sessions) -> None:
    for mode, (imports, patch) in itertools.product(IMPORT_MODES, PATCHES):
        folder = sessions.add((mode, imports, patch), f"--import-mode={mode}")
        write_order_app(folder.app)
        folder.write(
            {
                "test_it.py": f"""
                    {imports}

                    def test_at_the_top(invoke, monkeypatch, capsys):
                        {patch}
                        invoke("ProcessOrder")
                        assert capsys.readouterr().out == "paid 3 hello\\n"

                    def test_in_the_body(invoke, monkeypatch, capsys):
                        import ProcessOrder.helper
                        monkeypatch.setattr(ProcessOrder, "charge", lambda amount: "nothing")
                        monkeypatch.setattr(ProcessOrder.helper, "greeting", lambda: "bye")
                        invoke("ProcessOrder")
                        assert capsys.readouterr().out == "nothing bye\\n"

                    def test_undone(invoke):
                        result = invoke("ProcessOrder", check=False)
                        assert str(result.exception) == "the real payment service"
                """
            }
        )

    for row, result in sessions.run().items():
        passed(result, 3, row)


@pytest.mark.usefixtures("order_app")
def test_patching_before_the_host_is_open(session: Session) -> None:
    result = session.test(
        """
        import pytest

        import ProcessOrder

        @pytest.fixture(autouse=True)
        def paid(monkeypatch):
            monkeypatch.setattr(ProcessOrder, "charge", lambda amount: "autouse")

        @pytest.fixture
        def late_import(monkeypatch):
            from ProcessOrder import helper
            monkeypatch.setattr(helper, "greeting", lambda: "fixture")

        def test_it(late_import, invoke, capsys):
            invoke(ProcessOrder.main)
            assert capsys.readouterr().out == "autouse fixture\\n"
        """
    )

    passed(result, 1)


def test_unit_tests_without_a_fixture_of_ours(sessions: Sessions) -> None:
    for options in ((), ("-o", "pythonpath=app"), ("--import-mode=importlib",)):
        folder = sessions.add(options, *options)
        write_order_app(folder.app)
        folder.write({"pytest.ini": "[pytest]"})  # pytest 8.0 takes `-o pythonpath` only with one
        folder.write(
            {
                "test_it.py": """
                    from unittest import mock

                    import ProcessOrder
                    from ProcessOrder import main

                    @mock.patch("ProcessOrder.charge", return_value="mocked")
                    def test_decorator(charge, capsys):
                        main(None)
                        assert capsys.readouterr().out == "mocked hello\\n"

                    def test_import_in_the_body(monkeypatch, capsys):
                        import ProcessOrder.helper
                        monkeypatch.setattr("ProcessOrder.charge", lambda amount: "patched")
                        monkeypatch.setattr(ProcessOrder.helper, "greeting", lambda: "bye")
                        main(None)
                        assert capsys.readouterr().out == "patched bye\\n"

                    def test_one_module(invoke, monkeypatch, capsys):
                        monkeypatch.setattr("ProcessOrder.charge", lambda amount: "patched")
                        invoke(main)
                        assert capsys.readouterr().out == "patched hello\\n"
                """
            }
        )

    for options, result in sessions.run().items():
        passed(result, 3, options)


def test_settings_are_there_when_a_test_file_imports_a_module_that_needs_them(
    app: FunctionApp, session: Session
) -> None:
    app.write({"local.settings.json": {"Values": {"REGION": "file", "OTHER": "file"}}})
    app.function("Reads", "import os\nREGION = os.environ['REGION']\ndef main(msg): print(REGION)")

    result = session.test(
        """
        import os

        import Reads

        os.environ["OTHER"] = "test"

        def test_it(invoke, capsys):
            invoke("Reads")
            assert capsys.readouterr().out == "file\\n"

        def test_gone():
            assert (os.environ.get("REGION"), os.environ["OTHER"]) == (None, "test")
        """
    )

    passed(result, 2)


def test_import_in_conftest(sessions: Sessions) -> None:
    for options in ((), ("--import-mode=importlib",), ("--azfunc-project=app",)):
        folder = sessions.add(options, *options)
        write_order_app(folder.app)
        folder.write(
            {
                "pytest.ini": "[pytest]\npythonpath = app\n",
                "conftest.py": """
                    import ProcessOrder
                    import pytest

                    @pytest.fixture
                    def paid(monkeypatch):
                        monkeypatch.setattr(ProcessOrder, "charge", lambda amount: "conftest")
                """,
                "test_it.py": """
                    from ProcessOrder import main

                    def test_it(paid, invoke, capsys):
                        invoke("ProcessOrder")
                        invoke(main)
                        assert capsys.readouterr().out == "conftest hello\\n" * 2

                    def test_again(paid, invoke, capsys):
                        invoke("ProcessOrder")
                        assert capsys.readouterr().out == "conftest hello\\n"
                """,
            }
        )

    for options, result in sessions.run().items():
        passed(result, 2, options)


@pytest.mark.usefixtures("order_app")
def test_import_in_the_conftest_of_a_tests_folder(session: Session) -> None:
    session.write(
        {
            "tests/conftest.py": """
                import pytest

                @pytest.fixture
                def paid(monkeypatch):
                    monkeypatch.setattr("ProcessOrder.charge", lambda amount: "by name")
            """,
            "tests/test_it.py": """
                def test_it(azfunc_host, paid, capsys):
                    azfunc_host.invoke("ProcessOrder")
                    assert capsys.readouterr().out == "by name hello\\n"
            """,
        }
    )

    passed(session.run(), 1)


def test_shared_code(app: FunctionApp, session: Session) -> None:
    app.write({"shared/__init__.py": "", "shared/prices.py": "def price(): return 5"})
    for name, statement in {
        "Relative": "from ..shared import prices",
        "Absolute": "from __app__.shared import prices",
        "Plain": "from shared import prices",
    }.items():
        app.function(name, f"{statement}\ndef main(msg): print(prices.__name__, prices.price())")

    result = session.test(
        """
        import pytest

        def test_names(invoke, capsys):
            for name in ("Relative", "Absolute", "Plain"):
                invoke(name)
            assert capsys.readouterr().out.splitlines() == ["__app__.shared.prices 5"] * 3

        def test_patched(invoke, monkeypatch, capsys):
            for number, name in enumerate(("__app__.shared.prices.price", "shared.prices.price")):
                monkeypatch.setattr(name, lambda: number)
                for name in ("Relative", "Absolute", "Plain"):
                    invoke(name)
                assert capsys.readouterr().out.splitlines() == [f"__app__.shared.prices {number}"] * 3
        """
    )

    passed(result, 2)


def test_two_apps_with_equal_names(session: Session) -> None:
    for name in ("shop", "depot"):
        session.write(
            {
                f"{name}/host.json": '{"version": "2.0"}',
                f"{name}/Store/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
                f"{name}/Store/__init__.py": """
                    from shared import label
                    from . import helper

                    def main(msg):
                        print(helper.OF, label.OF, value())

                    def value():
                        return 1
                """,
                f"{name}/Store/helper.py": f"OF = '{name}'",
                f"{name}/shared/label.py": f"OF = '{name}'",
                f"{name}/tests/test_{name}.py": f"""
                    import pytest
                    import Store
                    from shared import label

                    @pytest.mark.parametrize("number", range(2))
                    def test_here(invoke, monkeypatch, capsys, number):
                        monkeypatch.setattr(Store, "value", lambda: {len(name)})
                        invoke("Store")
                        assert capsys.readouterr().out == "{name} {name} {len(name)}\\n"
                        assert label.OF == "{name}"
                """,
            }
        )
    session.write(
        {
            "test_both.py": """
                import sys

                import pytest
                from pytest_azfunc import Host

                @pytest.mark.parametrize("name", ["shop", "depot", "shop"])
                def test_by_mark(request, capsys, name):
                    request.node.add_marker(pytest.mark.azfunc(project=name))
                    request.getfixturevalue("invoke")("Store")
                    assert capsys.readouterr().out == f"{name} {name} 1\\n"

                def test_both_open(capsys):
                    with Host.open("shop") as shop:
                        shop.invoke("Store")
                        with Host.open("depot") as depot:
                            depot.invoke("Store")
                    assert capsys.readouterr().out == "shop shop 1\\ndepot depot 1\\n"

                def test_by_turns(capsys):
                    with Host.open("shop") as shop, Host.open("depot") as depot:
                        for host in (depot, shop, depot, shop):
                            host.invoke("Store")
                        import shared.label
                        assert shared.label.OF == "depot"
                    assert capsys.readouterr().out == "depot depot 1\\nshop shop 1\\n" * 2

                def test_closed_in_the_order_of_opening(capsys):
                    shop, depot = Host.open("shop"), Host.open("depot")
                    shop.close()
                    depot.invoke("Store")
                    depot.close()
                    assert capsys.readouterr().out == "depot depot 1\\n"

                def test_nothing_left():
                    assert not {"__app__", "Store", "shared"} & {name.partition(".")[0] for name in sys.modules}
            """
        }
    )

    passed(session.run(), 11)
    passed(session.run("-p", "randomly", "-p", "no:randomly", "depot", "shop", "test_both.py"), 11)


TEST_INSIDE = """
    import ProcessOrder

    def test_inside(invoke, monkeypatch, capsys):
        monkeypatch.setattr(ProcessOrder, "charge", lambda amount: "inside")
        invoke("ProcessOrder")
        assert capsys.readouterr().out == "inside hello\\n"

    def test_rewritten(invoke):
        left = {"a": 1}
        assert left == {"a": 2}
"""


PLACES_INSIDE = (
    ("app/tests/test_inside.py",),
    ("app/tests/test_inside.py", "app/tests/__init__.py"),
    ("app/tests/unit/test_inside.py", "app/tests/__init__.py", "app/tests/unit/__init__.py"),
    ("app/test_inside.py",),
    ("app/ProcessOrder/test_inside.py",),
)


def test_tests_inside_the_apps_folder(sessions: Sessions) -> None:
    for files, mode in itertools.product(PLACES_INSIDE, ("prepend", "importlib")):
        folder = sessions.add((files, mode), f"--import-mode={mode}", "-vv")
        write_order_app(folder.app)
        folder.write({file: TEST_INSIDE if file.endswith("test_inside.py") else "" for file in files})

    for row, result in sessions.run().items():
        assert result.parseoutcomes() == {"passed": 1, "failed": 1}, row
        assert error_message(result) == ["AssertionError: assert {'a': 1} == {'a': 2}"], row


def error_message(result: pytest.RunResult) -> list[str]:
    """The first E line: with rewritten assertions it shows the values."""
    return [line.removeprefix("E").strip() for line in result.outlines if line.startswith("E ")][:1]


def test_helpers_beside_tests_inside_the_apps_folder(sessions: Sessions) -> None:
    for mode in ("prepend", "importlib"):
        folder = sessions.add(mode, f"--import-mode={mode}")
        write_order_app(folder.app)
        folder.write(
            {
                "app/tests/__init__.py": "",
                "app/tests/builders.py": "def order(): return {'id': 7}",
                "app/tests/conftest.py": """
                    import pytest

                    @pytest.fixture
                    def paid(monkeypatch):
                        import ProcessOrder
                        monkeypatch.setattr(ProcessOrder, "charge", lambda amount: "paid")
                """,
                "app/tests/test_it.py": """
                    from tests.builders import order

                    def test_it(paid, invoke, capsys):
                        invoke("ProcessOrder", order())
                        assert capsys.readouterr().out == "paid hello\\n"
                """,
                "pytest.ini": "[pytest]\npythonpath = app",
            }
        )

    for mode, result in sessions.run().items():
        passed(result, 1, mode)


@pytest.mark.usefixtures("order_app")
def test_a_module_is_imported_once_in_a_session(app: FunctionApp, session: Session) -> None:
    app.function("Counts", "print('imported', __name__)\ncalls = []\ndef main(msg): calls.append(1); print(len(calls))")
    session.write({"test_first.py": "import Counts\n\ndef test_it(invoke): invoke('Counts')"})
    session.write(
        {"test_second.py": "def test_it(invoke): invoke('Counts')\n\ndef test_again(invoke): invoke('Counts')"}
    )

    result = session.run("-s", "-q")

    passed(result, 3)
    assert result.stdout.str().count("imported Counts") == 1
    assert "1\n.2\n.3\n." in result.stdout.str()


def test_a_function_named_like_a_standard_module_does_not_hide_it(app: FunctionApp, session: Session) -> None:
    app.function("queue", "import queue\ndef main(msg): print(queue.Queue.__name__)")
    app.function("json", "def main(msg): print(msg.get_json())")

    result = session.test(
        """
        import json
        import queue

        def test_it(invoke, capsys):
            invoke("queue")
            invoke("json", {"id": 1})
            assert capsys.readouterr().out == "Queue\\n{'id': 1}\\n"
            assert queue.Queue and json.loads("1") == 1
        """
    )

    passed(result, 1)


def test_packages_that_are_deployed_with_the_app(app: FunctionApp, session: Session) -> None:
    app.write({".python_packages/lib/site-packages/vendored_thing.py": "NAME = 'vendored'"})
    app.function("Uses", "import vendored_thing\ndef main(msg): print(vendored_thing.NAME)")

    result = session.test(
        """
        def test_it(invoke, capsys):
            invoke("Uses")
            assert capsys.readouterr().out == "vendored\\n"
        """
    )

    passed(result, 1)


def test_folders_that_the_app_adds_to_sys_path(session: Session) -> None:
    for name in ("shop", "depot"):
        session.write(
            {
                f"{name}/host.json": '{"version": "2.0"}',
                f"{name}/Store/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
                f"{name}/Store/__init__.py": """
                    import os
                    import sys

                    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
                    sys.path.append(os.path.join(os.path.dirname(__file__), "..", "more"))

                    import early_thing

                    def main(msg):
                        import late_thing
                        print(early_thing.OF, late_thing.OF)
                """,
                f"{name}/lib/early_thing.py": f"OF = '{name}'",
                f"{name}/more/late_thing.py": f"OF = '{name}'",
            }
        )

    result = session.test(
        """
        import sys

        import pytest

        before = sys.path[:]

        @pytest.mark.azfunc(project="shop")
        def test_shop(invoke, capsys):
            invoke("Store")
            assert capsys.readouterr().out == "shop shop\\n"

        @pytest.mark.azfunc(project="depot")
        def test_depot(invoke, capsys):
            invoke("Store")
            assert capsys.readouterr().out == "depot depot\\n"

        test_shop_again = test_shop

        def test_nothing_is_left():
            assert sys.path == before
            assert not {"early_thing", "late_thing"} & set(sys.modules)
        """
    )

    passed(result, 4)


def test_a_restart_imports_modules_anew(sessions: Sessions) -> None:
    for place in ("app/tests", "tests"):
        folder = sessions.add(place, place, "-p", "no:randomly")
        script = "from shared import state\ndef main(msg):\n    state.calls += 1\n    print(state.calls)"
        folder.app.function("Counts", script)
        folder.app.write({"shared/__init__.py": "", "shared/state.py": "calls = 0"})
        folder.write(
            {
                f"{place}/test_it.py": """
                    def test_restart(azfunc_host, capsys):
                        azfunc_host.invoke("Counts")
                        azfunc_host.invoke("Counts")
                        azfunc_host.restart()
                        azfunc_host.invoke("Counts")
                        assert capsys.readouterr().out == "1\\n2\\n1\\n"

                    def test_the_new_process_lasts(azfunc_host, capsys):
                        azfunc_host.invoke("Counts")
                        assert capsys.readouterr().out == "2\\n"
                """
            }
        )

    for place, result in sessions.run().items():
        passed(result, 2, place)


def test_a_virtual_environment_within_the_apps_folder(app: FunctionApp, session: Session) -> None:
    site_packages = app.root / ".venv/lib/site-packages"
    app.write({".venv/lib/site-packages/licences.py": "", "extra/more.py": "", "extra/__init__.py": ""})
    app.function(
        "Adds",
        """
        import os, sys
        sys.path.append(os.path.join(os.getcwd(), "extra"))  # from now on imports are looked at more closely
        import licences
        import more
        def main(msg): pass
        """,
    )
    session.write({"other/host.json": '{"version": "2.0"}', "other/Waits/function.json": "{}"})
    result = session.test(
        f"""
        import sys
        import pytest

        sys.path.append({str(site_packages)!r})

        @pytest.mark.azfunc(project="app")
        def test_the_apps_own(invoke):
            invoke("Adds")
            assert "more" in sys.modules

        @pytest.mark.azfunc(project="other")
        def test_with_another_app(azfunc_host):
            assert "licences" in sys.modules  # as any package that a test or the app imports
            assert "more" not in sys.modules
        """
    )

    passed(result, 2)


IMPORT_AT_THE_TOP = "import pytest_azfunc, Works\ndef test_it(): assert Works.main"
IMPORT_IN_THE_TEST = "import pytest_azfunc\ndef test_it(monkeypatch): monkeypatch.setattr('Works.main', None)"


WHAT_KEEPS_MODULES_AWAY: tuple[tuple[dict[str, str], tuple[str, ...], str], ...] = (
    ({"host.json": "{,"}, (), "host.json is not valid JSON: ',' cannot start a property name."),
    ({"local.settings.json": "{"}, (), "local.settings.json is not valid: its JSON is broken here."),
    ({}, ("--azfunc-project=ap",), "*ap is not a folder. It is named by --azfunc-project."),
    ({"../app2/host.json": "{}"}, (), "several function apps were found: app, app2 *"),
)


def test_why_a_module_of_the_app_is_not_there(sessions: Sessions) -> None:
    for test, (files, options, problem) in itertools.product(
        (IMPORT_AT_THE_TOP, IMPORT_IN_THE_TEST), WHAT_KEEPS_MODULES_AWAY
    ):
        folder = sessions.add((test, problem), *options)
        folder.app.function("Works", "def main(msg): pass")
        folder.app.write(files)
        folder.write({"test_it.py": test})

    for (test, problem), result in sessions.run().items():
        assert result.ret != 0, (test, problem)
        result.stdout.fnmatch_lines(
            ["E *: No module named 'Works'*", "*- azfunc: why no module of the app can be imported -*", problem]
        )


def test_a_module_that_is_nobodys(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")

    result = session.test("import nowhere")

    assert "azfunc: why" not in result.stdout.str()


def test_a_mark_makes_the_modules_of_an_app_far_away_importable(session: Session) -> None:
    FunctionApp(session.pytester.path / "apps" / "shop").function("Works", "def main(msg): print('runs')")

    result = session.test(
        """
        import pytest

        @pytest.fixture
        def patched(monkeypatch):
            monkeypatch.setattr("Works.print", lambda text: None, raising=False)

        @pytest.mark.azfunc(project="apps/shop")
        def test_it(patched):
            import Works

            assert Works.__file__.endswith("shop/Works/__init__.py")

        def test_other():
            with pytest.raises(ModuleNotFoundError):
                import Works
        """
    )

    passed(result, 2)


HELPERS = {
    "app/host.json": "{}",
    "app/helpers.py": "from helpers_of_app import WHO",
    "app/helpers_of_app.py": "WHO = 'app'",
    "app/models/__init__.py": "from models.order import WHO",
    "app/models/order.py": "WHO = 'app'",
    "app/queue.py": "raise ImportError('the standard library comes first')",
    "app/function_app.py": """
        import azure.functions as func
        import helpers

        app = func.FunctionApp()

        @app.route()
        def who(req):
            import models.order, queue
            return f"{helpers.WHO} {models.WHO} {models.order.WHO} {queue.Queue.__name__}"
    """,
}
EXPECTED = "app app app Queue"


WHERE_THE_TESTS_ARE = ("tests", "tests/unit", "app/tests", "app/tests/unit")
WHAT_THEY_IMPORT = ("", "import helpers, models", "import helpers, function_app, models")


def test_modules_of_the_tests_that_are_named_like_the_apps(sessions: Sessions) -> None:
    """In Azure the tests' folders are not there; in a test they come first."""
    for place, imports in itertools.product(WHERE_THE_TESTS_ARE, WHAT_THEY_IMPORT):
        folder = sessions.add((place, imports))
        folder.write(HELPERS)
        beside = place.removesuffix("/unit")
        folder.write(
            {
                "pytest.ini": "[pytest]\nazfunc_project = app\n",
                f"{beside}/conftest.py": "",
                f"{beside}/helpers.py": "WHO = 'tests'",
                f"{beside}/models.py": "WHO = 'tests'",
                f"{place}/test_it.py": f"""
                    import sys
                    {imports}

                    def test_first(invoke):
                        assert invoke("who").text == {EXPECTED!r}
                        import helpers, models
                        assert (helpers.WHO, models.WHO) == ("tests", "tests")
                        assert invoke("who").text == {EXPECTED!r}
                        assert sys.modules["helpers"] is helpers

                    def test_again(invoke, azfunc_host):
                        import function_app, models
                        assert function_app.helpers.WHO == "app"
                        assert models.WHO == "tests"
                        azfunc_host.restart()
                        assert invoke("who").text == {EXPECTED!r}
                """,
            }
        )

    for row, result in sessions.run().items():
        passed(result, 2, row)


def test_names_of_both_where_only_the_app_s_can_be_imported(session: Session) -> None:
    session.write(HELPERS)
    session.write(
        {
            "tests/helpers.py": "WHO = 'tests'",
            "tests/test_it.py": f"""
                import helpers

                def test_it(invoke, monkeypatch):
                    assert invoke("who").text == {EXPECTED!r}
                    monkeypatch.setattr(helpers, "WHO", "patched")
                    assert invoke("who").text == {EXPECTED.replace("app", "patched", 1)!r}
            """,
        }
    )

    passed(session.run("--import-mode=importlib"), 1)


PURGES = """
    import sys

    import pytest

    SEEN = []

    @pytest.mark.parametrize("number", range(3))
    def test_removed_while_the_host_is_open(invoke, monkeypatch, number):
        invoke("Counts")
        monkeypatch.delitem(sys.modules, "Counts", raising=False)
        import Counts
        assert all(Counts is not other for other in SEEN)
        SEEN.append(Counts)
        before = len(Counts.calls)
        invoke("Counts")
        invoke("counts")
        assert len(Counts.calls) == before + 2

    def test_both_names(invoke):
        sys.modules.pop("Counts", None)
        import Counts
        import __app__.Counts
        assert __app__.Counts is Counts
        invoke("Counts")
        assert len(Counts.calls) == 1
"""


def test_a_module_that_was_removed_is_imported_anew(sessions: Sessions) -> None:
    for statement in ("from shared import state", "from ..shared import state"):
        folder = sessions.add(statement, "-p", "no:randomly")
        folder.app.function("Counts", f"{statement}\ncalls = []\ndef main(msg): calls.append(state)")
        folder.app.write({"shared/state.py": ""})
        folder.write({"test_it.py": PURGES})

    for statement, result in sessions.run().items():
        passed(result, 4, statement)


def test_files_that_take_part_and_others_have_modules_of_their_own(app: FunctionApp, session: Session) -> None:
    app.function("Counts", "from shared import state\ncalls = []\ndef main(msg): calls.append(state)")
    app.write({"shared/__init__.py": "", "shared/state.py": ""})
    takes_part = """
        import sys

        import Counts
        import shared.state

        state = shared.state

        def test_it(invoke):
            before = len(Counts.calls)
            invoke("Counts")
            assert len(Counts.calls) == before + 1
            from shared import state as again
            assert again is state is sys.modules["shared.state"] is Counts.state
    """
    session.write(
        {
            "pytest.ini": "[pytest]\npythonpath = app\n",
            "conftest.py": "import shared\n",
            "test_1.py": takes_part,
            "test_2.py": """
                import sys

                import shared

                assert "Counts" not in sys.modules and not hasattr(shared, "state")

                import Counts

                def test_it():
                    assert sys.modules["Counts"] is Counts and Counts.state is shared.state
                    assert "AppFinder" not in [type(finder).__name__ for finder in sys.meta_path]
            """,
            "test_3.py": takes_part,
        }
    )

    passed(session.run(), 3)


def test_stubs_without_a_file(app: FunctionApp, session: Session) -> None:
    app.function("Uses", "import Other\nfrom shared import a\ndef main(msg): print(Other.NAME, a.NAME)")
    app.function("Other", "raise RuntimeError")
    app.write({"shared/__init__.py": "raise RuntimeError"})
    session.write(
        {
            "conftest.py": """
                import sys
                import types

                sys.modules["Other"] = types.ModuleType("Other")
                sys.modules["Other"].NAME = "other"
                sys.modules["shared"] = types.SimpleNamespace(a=types.SimpleNamespace(NAME="shared"))
            """,
            "test_it.py": """
                import sys

                def test_it(invoke, capsys):
                    invoke("Uses")
                    assert capsys.readouterr().out == "other shared\\n"

                def test_untouched(invoke):
                    import __app__.Other, __app__.shared
                    assert __app__.shared is sys.modules["shared"] and not hasattr(__app__.shared, "__spec__")
                    assert __app__.Other is sys.modules["Other"] and __app__.Other.__spec__ is None
            """,
        }
    )

    passed(session.run(), 2)
