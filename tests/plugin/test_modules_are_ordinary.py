"""In a file that takes part, the module that a test imports is the module that runs, and is an ordinary one.

And the settings of the app's file reach code of the app only. Each row is an app with a test file that asks by itself;
what it asks must be so in every import mode, whether or not the app is on the path of the tests.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product
from pathlib import Path

import pytest

from tests.plugin.pytest_runs import WITH, PytestRuns, write_files

# The app is not on the path of the tests, or an ordinary suite of its own would find it, too.
LAYOUTS = {"off the path": "[pytest]\n", "on the path": "[pytest]\npythonpath = app\n"}
MODES = ("prepend", "importlib")
LONG = bool(os.environ.get("AZFUNC_LONG"))


def function(name: str, script: str, file: str = "__init__.py") -> dict[str, object]:
    """The files of an HTTP function."""
    declared = {
        "scriptFile": file,
        "bindings": [
            {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"},
            {"type": "http", "direction": "out", "name": "$return"},
        ],
    }
    return {f"app/{name}/function.json": declared, f"app/{name}/{file}": script}


HOST: dict[str, object] = {
    "app/host.json": {"version": "2.0"},
    "app/local.settings.json": {"IsEncrypted": False, "Values": {"MODE": "dev"}},
}
GREET = {
    **HOST,
    **function(
        "Greet",
        """
        import builtins
        import dataclasses
        import logging
        import os

        from lib import words
        from lib.words import hello

        builtins.IMPORTED = [*getattr(builtins, "IMPORTED", []), __name__]
        log = logging.getLogger(__name__)
        MODE = os.environ.get("MODE", "unset")
        CALLS = []


        @dataclasses.dataclass
        class Order:
            number: int


        def main(req):
            log.info("greeting")
            CALLS.append(req)
            return f"{hello()} {words.you()} {__name__}"
        """,
    ),
    **function("Bye", "def word():\n    return 'bye'\n\n\ndef main(req):\n    return f'{word()} {__name__}'\n"),
    "app/lib/__init__.py": "",
    "app/lib/words.py": """
        def hello():
            return "hello"


        def you():
            return "you"
    """,
}
RELATIVE = {
    **HOST,
    **function(
        "Greet",
        """
        from ..shared import words
        from ..shared.words import hello


        def main(req):
            return f"{hello()} {words.you()}"
        """,
    ),
    "app/shared/__init__.py": "",
    "app/shared/words.py": "def hello():\n    return 'hello'\n\n\ndef you():\n    return 'you'\n",
}
ABSOLUTE = {
    **RELATIVE,
    **function(
        "Greet",
        """
        import __app__.shared.words as words
        from __app__.shared.words import hello


        def main(req):
            return f"{hello()} {words.you()}"
        """,
    ),
}
DECORATORS = {
    **HOST,
    "app/function_app.py": """
        import builtins
        import logging
        import os

        import azure.functions as func

        from orders import blueprint, take
        from lib import words

        builtins.IMPORTED = [*getattr(builtins, "IMPORTED", []), __name__]
        log = logging.getLogger(__name__)
        MODE = os.environ.get("MODE", "unset")
        app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
        app.register_functions(blueprint)


        def you():
            return "you"


        @app.route("greet")
        def Greet(req: func.HttpRequest) -> str:
            log.info("greeting")
            return f"{words.hello()} {you()} {__name__}"
    """,
    "app/orders.py": """
        import azure.functions as func

        blueprint = func.Blueprint()
        TAKEN = []


        def keep(text):
            TAKEN.append(text)


        @blueprint.queue_trigger("msg", "orders", "Storage")
        def take(msg: func.QueueMessage) -> None:
            keep(msg.get_body().decode())
    """,
    "app/lib/__init__.py": "",
    "app/lib/words.py": "def hello():\n    return 'hello'\n",
}
# What both models patch by name, and a test file that does it before and after the host is open.
PATCHES = """
    from unittest import mock

    import pytest

    @pytest.fixture
    def patched(monkeypatch):
        monkeypatch.setattr("{hello}", lambda: "hi")
        monkeypatch.setattr("{you}", lambda: "Ada")

    def test_before(patched, invoke):
        assert invoke("Greet").text.startswith("hi Ada")

    def test_after(invoke, patched):
        assert invoke("Greet").text.startswith("hi Ada")

    def test_undone(invoke):
        assert invoke("Greet").text.startswith("hello you")

    @mock.patch("{hello}", return_value="good")
    @mock.patch("{you}", return_value="day")
    def test_decorated(you, hello, invoke):
        assert invoke("Greet").text.startswith("good day")
        hello.assert_called_once_with()

    def test_during(invoke):
        invoke("Greet")
        with mock.patch("{hello}", return_value="good"):
            assert invoke("Greet").text.startswith("good you")
        assert invoke("Greet").text.startswith("hello you")

    def test_as_a_client(azfunc_http, patched):
        path = "greet" if azfunc_http.get("/api/greet").ok else "Greet"
        assert azfunc_http.get(f"/api/{{path}}").text.startswith("hi Ada")

    def test_without_host(patched):
        with mock.patch("{hello}") as hello:
            hello()
        hello.assert_called_once_with()
"""


@dataclass(frozen=True)
class Row:
    """An app, and test files that pass on it."""

    app: dict[str, object]
    tests: dict[str, str]
    options: tuple[str, ...] = ()
    layouts: tuple[str, ...] = tuple(LAYOUTS)
    modes: tuple[str, ...] = MODES
    plugins: tuple[str, ...] = ()


def one(app: dict[str, object], test: str, *options: str, **others: str) -> Row:
    """A row of one test file, and others by their paths, in which ``__`` is a slash."""
    return Row(
        app,
        {
            "tests/test_it.py": test,
            **{f"{name.replace('__', '/').replace('INIT', '__init__')}.py": text for name, text in others.items()},
        },
        options,
    )


def only_on_path(row: Row) -> Row:
    return Row(row.app, row.tests, row.options, ("on the path",), row.modes, row.plugins)


def only_prepend(row: Row) -> Row:
    return Row(row.app, row.tests, row.options, row.layouts, ("prepend",), row.plugins)


CLASHES = ("configs", "tests", "utils", "shared", "queue_names")


def clash(name: str) -> dict[str, object]:
    """An app that has a package *name*, and modules that import one another."""
    return {
        **HOST,
        **function(
            "Greet",
            f"from {name}.values import OWNER\n\n\ndef main(req):\n    import {name}\n\n    return OWNER + {name}.OWNER\n",
        ),
        f"app/{name}/__init__.py": f"import models\nfrom {name}.values import OWNER\nfrom . import values\n",
        f"app/{name}/values.py": "import models\n\nOWNER = models.OWNER\n",
        "app/models.py": "OWNER = 'app'\n",
    }


ROWS: dict[str, Row] = {
    # -- names and identity
    "names of an imported function": one(
        GREET,
        """
        import inspect
        import sys

        import Greet
        import lib.words
        from Greet import Order, main

        def names():
            assert main.__module__ == Order.__module__ == Greet.__name__ == Greet.__package__ == "Greet"
            assert Greet.__spec__.name == "Greet" and Greet.__spec__.loader is Greet.__loader__
            assert type(Greet.__loader__).__name__ == "SourceFileLoader"
            assert repr(Order) == "<class 'Greet.Order'>" and inspect.getmodule(main) is Greet
            assert lib.words.__name__ == lib.words.__spec__.name == "lib.words"

        names()

        def test_before():
            names()
            assert sys.modules["Greet"] is Greet and sys.modules["lib.words"] is lib.words

        def test_while_it_runs(invoke):
            assert invoke("Greet").text == "hello you Greet"
            names()

        def test_afterwards():
            names()
            assert sys.modules["Greet"] is Greet
        """,
    ),
    "what is imported is what runs": one(
        GREET,
        """
        import builtins
        import sys

        import Greet
        from Greet import main

        def test_calls(invoke):
            invoke("Greet")
            assert len(Greet.CALLS) == 1 and main.__globals__ is vars(Greet) is vars(sys.modules["Greet"])

        def test_again(invoke):
            import Greet as again
            import lib.words

            invoke(main)
            assert again is Greet and len(Greet.CALLS) == 2 and Greet.words is lib.words

        def test_imported_once():
            assert builtins.IMPORTED == ["Greet"]
        """,
    ),
    "imported in the test only": one(
        GREET,
        """
        import builtins

        def test_it(invoke):
            from Greet import CALLS, main

            assert invoke("Greet").text == "hello you Greet"
            assert len(CALLS) == 1 and main.__module__ == "Greet" and builtins.IMPORTED == ["Greet"]

        def test_fixture_first(request):
            import Greet

            request.getfixturevalue("invoke")("Greet")
            assert len(Greet.CALLS) == 2 and builtins.IMPORTED == ["Greet"]
        """,
    ),
    "imported by a conftest that takes no part": only_on_path(
        one(
            GREET,
            """
            import builtins

            import pytest

            @pytest.fixture
            def calls(greet):
                return greet.CALLS

            def test_it(invoke, calls):
                assert invoke("Greet").text == "hello you Greet"
                assert len(calls) == 1 and builtins.IMPORTED == ["Greet"]
            """,
            conftest="""
            import Greet
            import pytest

            @pytest.fixture
            def greet():
                return Greet
            """,
        )
    ),
    "imported by two files": one(
        GREET,
        """
        import builtins

        import Greet

        def test_it(invoke):
            invoke("Greet")
            assert builtins.IMPORTED == ["Greet"]
            builtins.GREET = [*getattr(builtins, "GREET", []), Greet]
            assert all(module is Greet for module in builtins.GREET)
        """,
        tests__test_other="""
        import builtins

        import Greet

        def test_it(invoke):
            invoke("Greet")
            builtins.GREET = [*getattr(builtins, "GREET", []), Greet]
            assert all(module is Greet for module in builtins.GREET) and builtins.IMPORTED == ["Greet"]
        """,
    ),
    "function that no test imports": one(
        GREET,
        """
        import sys

        import Greet

        def test_as_in_azure(invoke):
            assert invoke("Bye").text == "bye __app__.Bye"
            assert "Bye" not in sys.modules and sys.modules["__app__.Bye"].__name__ == "__app__.Bye"
            assert invoke("Greet").text == "hello you Greet"
        """,
    ),
    "function that a test imports after it ran": one(
        GREET,
        """
        from unittest import mock

        def test_first(invoke):
            assert invoke("Bye").text == "bye __app__.Bye"

        def test_then(invoke, monkeypatch):
            import Bye

            monkeypatch.setattr(Bye, "word", lambda: "farewell")
            assert invoke("Bye").text.startswith("farewell")
            with mock.patch("Bye.word", return_value="so long"):
                assert invoke("Bye").text.startswith("so long")
        """,
    ),
    "script with a name of its own": one(
        {
            **HOST,
            **function(
                "Refund", "CALLS = []\n\n\ndef main(req):\n    CALLS.append(1)\n    return __name__\n", "run.py"
            ),
        },
        """
        from Refund import run

        def test_it(invoke):
            assert run.main.__module__ == "Refund.run"
            assert invoke("Refund").text == "Refund.run" and run.CALLS == [1]
        """,
    ),
    "decorated functions": one(
        DECORATORS,
        """
        import builtins
        import sys

        import function_app
        import orders
        from function_app import app

        def test_it(invoke):
            assert invoke("Greet").text == "hello you function_app"
            invoke("take", "tea")
            assert orders.TAKEN == ["tea"] and function_app.app is app
            assert builtins.IMPORTED == ["function_app"]

        def test_names():
            assert sys.modules["function_app"] is function_app and sys.modules["orders"] is orders
            assert function_app.__spec__.name == "function_app" and function_app.take is orders.take
            assert orders.take._function.get_user_function().__module__ == "orders"
            assert builtins.IMPORTED == ["function_app"]
        """,
    ),
    "decorated functions of a script that is imported by a conftest": only_on_path(
        one(
            DECORATORS,
            """
            def test_it(invoke, script):
                script.orders_seen = 1
                assert invoke("Greet").text == "hello you function_app" and script.__name__ == "function_app"
                import builtins
                assert builtins.IMPORTED == ["function_app"]
            """,
            tests__conftest="""
            import function_app
            import pytest

            @pytest.fixture
            def script():
                return function_app
            """,
        )
    ),
    # -- loggers
    "loggers": one(
        GREET,
        """
        import logging
        import unittest

        from Greet import log, main

        def test_asserted(invoke):
            with unittest.TestCase().assertLogs("Greet", "INFO") as seen:
                invoke("Greet")
            assert seen.output == ["INFO:Greet:greeting"]

        def test_caplog(invoke, caplog):
            caplog.set_level(logging.INFO, logger="Greet")
            result = invoke("Greet")
            assert ("Greet", 20, "greeting") in caplog.record_tuples
            assert result.logs.from_logger("Greet").messages == ["greeting"] and log.name == "Greet"

        def test_by_hand(caplog):
            with caplog.at_level(logging.INFO, logger="Greet"):
                main(None)
            assert caplog.messages == ["greeting"]

        def test_no_others():
            assert not [name for name in logging.root.manager.loggerDict if name.startswith("__app__")]
            assert log.level == logging.NOTSET
        """,
    ),
    "loggers of decorated functions": one(
        DECORATORS,
        """
        import unittest

        import function_app

        def test_asserted(invoke):
            with unittest.TestCase().assertLogs("function_app", "INFO") as seen:
                invoke("Greet")
            assert seen.output == ["INFO:function_app:greeting"]
        """,
    ),
    # -- pickles and processes
    "pickles": one(
        {
            **GREET,
            **function(
                "Store",
                """
                import pickle

                from Greet import Order


                class Box:
                    pass


                def main(req):
                    assert type(pickle.loads(pickle.dumps(Box()))) is Box
                    return pickle.dumps(Order(7)).hex()
                """,
            ),
        },
        """
        import pickle
        import pickletools

        from Greet import Order
        from Store import Box, main

        def test_by_hand():
            assert pickle.loads(pickle.dumps(Order(1))) == Order(1)
            assert type(pickle.loads(pickle.dumps(Box()))) is Box

        def test_names():
            words = [arg for _, arg, _ in pickletools.genops(pickle.dumps(Order(1), 4)) if isinstance(arg, str)]
            assert "Greet" in words and not [word for word in words if "__app__" in word]

        def test_of_a_function(invoke):
            assert pickle.loads(bytes.fromhex(invoke("Store").text)) == Order(7)
            assert pickle.loads(pickle.dumps(main)) is main
        """,
    ),
    "pickles of a function that no test imports": one(
        {
            **HOST,
            **function(
                "Store",
                """
                import pickle


                class Box:
                    pass


                def main(req):
                    return str(type(pickle.loads(pickle.dumps(Box()))) is Box)
                """,
            ),
        },
        """
        def test_it(invoke):
            assert invoke("Store").text == "True"
        """,
    ),
    "spawned processes": one(
        {**GREET, "app/jobs.py": "def work(number):\n    return number * 2, __name__\n"},
        """
        import concurrent.futures
        import multiprocessing

        from Greet import Order
        from jobs import work

        def pool():
            return concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

        def test_it(invoke):
            invoke("Greet")
            with pool() as workers:
                assert workers.submit(work, 2).result(60) == (4, "jobs")
                assert workers.submit(repr, Order(3)).result(60) == "Order(number=3)"
        """,
    ),
    # -- reload, stubs, purges
    "reload": one(
        GREET,
        """
        import importlib
        import sys

        import Greet

        def test_it(invoke, monkeypatch):
            monkeypatch.setenv("MODE", "reloaded")
            assert importlib.reload(Greet) is Greet is sys.modules["Greet"]
            assert Greet.MODE == "reloaded" and Greet.__spec__.name == "Greet"
            assert invoke("Greet").text == "hello you Greet" and len(Greet.CALLS) == 1

        def test_before_the_host(request):
            importlib.reload(Greet.words)
            importlib.reload(Greet)
            request.getfixturevalue("invoke")("Greet")
            assert len(Greet.CALLS) == 1
        """,
    ),
    "reload of a script with decorators": one(
        {**HOST, "app/function_app.py": DECORATORS["app/function_app.py"], "app/orders.py": DECORATORS["app/orders.py"]}
        | {"app/lib/__init__.py": "", "app/lib/words.py": "def hello():\n    return 'hello'\n"},
        """
        import importlib

        import function_app

        def test_it(invoke, monkeypatch):
            monkeypatch.setenv("MODE", "reloaded")
            assert importlib.reload(function_app) is function_app and function_app.MODE == "reloaded"
            assert invoke("Greet").text == "hello you function_app"
        """,
    ),
    "stubs of a conftest": one(
        {**GREET, "app/lib/words.py": "raise RuntimeError('must not be imported')\n"},
        """
        import sys

        import Greet

        def test_it(invoke):
            assert invoke("Greet").text == "stub of the stub Greet"
            assert sys.modules["lib.words"] is Greet.words

        def test_it_stays():
            assert type(sys.modules["lib.words"]).__name__ == "MagicMock"
        """,
        tests__conftest="""
        import sys
        from unittest import mock

        sys.modules["lib.words"] = mock.MagicMock(hello=lambda: "stub", you=lambda: "of the stub")
        """,
    ),
    "stubs for a while": one(
        GREET,
        """
        import sys
        from unittest import mock

        def test_it(invoke):
            stub = mock.MagicMock(hello=lambda: "stub", you=lambda: "too")
            with mock.patch.dict(sys.modules, {"lib.words": stub}):
                sys.modules.pop("Greet", None)
                import Greet

                assert Greet.words is stub and Greet.main(None) == "stub too Greet"
        """,
    ),
    "stub in place of a package that is not installed": one(
        {
            **GREET,
            **function("Greet", "import driver_of_nobody\n\n\ndef main(req):\n    return driver_of_nobody.name\n"),
        },
        """
        import Greet

        def test_it(invoke):
            assert invoke("Greet").text == "stub"
        """,
        conftest="""
        import sys
        import types

        sys.modules["driver_of_nobody"] = types.SimpleNamespace(name="stub")
        """,
    ),
    "purged by a conftest": one(
        GREET,
        """
        import builtins

        SEEN = []

        def check(invoke):
            import Greet

            assert all(Greet is not other for other in SEEN)
            SEEN.append(Greet)
            invoke("Greet")
            assert len(Greet.CALLS) == 1 and builtins.IMPORTED == ["Greet"] * len(SEEN)

        def test_one(invoke):
            check(invoke)

        def test_two(invoke):
            check(invoke)
        """,
        tests__conftest="""
        import sys

        import pytest

        @pytest.fixture(autouse=True)
        def purged():
            for name in [name for name in sys.modules if name.partition(".")[0] in ("Greet", "lib")]:
                del sys.modules[name]
        """,
    ),
    # -- apps that plain Python cannot import
    "relative imports above the function's folder": one(
        RELATIVE,
        """
        import sys

        import Greet
        from Greet import main

        def test_it(invoke, monkeypatch):
            assert invoke("Greet").text == "hello you" == main(None)
            monkeypatch.setattr(Greet, "hello", lambda: "hi")
            monkeypatch.setattr("Greet.words.you", lambda: "Ada")
            assert invoke("Greet").text == "hi Ada"

        def test_one_module():
            import __app__.Greet
            import __app__.shared.words

            assert __app__.Greet is Greet is sys.modules["Greet"] and __app__.shared.words is Greet.words
        """,
    ),
    "imports through the app's package": one(
        ABSOLUTE,
        """
        import __app__.shared.words as words
        import Greet
        from __app__ import Greet as again

        def test_it(invoke, monkeypatch):
            assert again is Greet and Greet.words is words
            monkeypatch.setattr("__app__.Greet.hello", lambda: "hi")
            monkeypatch.setattr("__app__.shared.words.you", lambda: "Ada")
            assert invoke("Greet").text == "hi Ada"
        """,
    ),
    "both spellings, the plain one first": one(
        GREET,
        """
        import Greet
        import __app__.Greet

        def test_it(invoke, monkeypatch):
            import builtins

            assert __app__.Greet is Greet and builtins.IMPORTED == ["Greet"]
            monkeypatch.setattr("__app__.Greet.hello", lambda: "hi")
            assert invoke("Greet").text.startswith("hi you")
        """,
    ),
    "both spellings, Azure's first": one(
        GREET,
        """
        import __app__.Greet
        import Greet

        def test_it(invoke, monkeypatch):
            import builtins

            assert __app__.Greet is Greet and len(builtins.IMPORTED) == 1
            monkeypatch.setattr("Greet.hello", lambda: "hi")
            assert invoke("Greet").text.startswith("hi you")
        """,
    ),
    "patches by name of an app with relative imports": one(
        RELATIVE, PATCHES.format(hello="Greet.hello", you="Greet.words.you")
    ),
    "patches by Azure's name of an app with relative imports": one(
        RELATIVE, PATCHES.format(hello="__app__.Greet.hello", you="__app__.shared.words.you")
    ),
    # -- patches
    "patches by name": one(GREET, PATCHES.format(hello="Greet.hello", you="lib.words.you")),
    "patches by name after an import": one(
        GREET, "    import Greet\n" + PATCHES.format(hello="Greet.hello", you="Greet.words.you")
    ),
    "patches by name, decorated functions": one(
        DECORATORS, PATCHES.format(hello="lib.words.hello", you="function_app.you")
    ),
    "patches by name after an import, decorated functions": one(
        DECORATORS,
        "    import function_app\n" + PATCHES.format(hello="function_app.words.hello", you="function_app.you"),
    ),
    "patches of objects": one(
        GREET,
        """
        from unittest import mock

        import Greet
        from lib import words

        def test_objects(invoke, monkeypatch):
            monkeypatch.setattr(Greet, "hello", lambda: "hi")
            monkeypatch.setattr(words, "you", lambda: "Ada")
            assert invoke("Greet").text == "hi Ada Greet"

        @mock.patch.object(words, "you", return_value="Bo")
        def test_decorator(you, invoke):
            assert invoke("Greet").text == "hello Bo Greet"

        @mock.patch.dict(vars(Greet), {"hello": lambda: "dict"})
        def test_dict(invoke):
            assert invoke("Greet").text == "dict you Greet"
        """,
    ),
    # -- folders and packages beside the tests that bear a name of the app
    **{
        f"folder {name} at the root": one(
            {**clash(name), f"{name}/readme.txt": "not a package\n"},
            """
            import Greet

            def test_it(invoke):
                assert invoke("Greet").text == "appapp" and Greet.OWNER == "app"
            """,
        )
        for name in CLASHES
        if name != "tests"
    },
    **{
        f"package {name} beside the test": only_prepend(
            one(
                clash(name),
                f"""
            import {name}

            import Greet

            def test_it(invoke):
                assert invoke("Greet").text == "appapp"
                assert {name}.OWNER == "tests"

            def test_again(invoke):
                import {name} as again

                assert again is {name} and invoke("Greet").text == "appapp"
            """,
                **{f"tests__{name}__{module}": "OWNER = 'tests'\n" for module in ("INIT", "values")},
            )
        )
        for name in CLASHES
        if name != "tests"
    },
    **{
        f"package {name} at the root, of which the test is a part": Row(
            clash(name),
            {
                f"{name}/__init__.py": "OWNER = 'tests'\n",
                f"{name}/values.py": "OWNER = 'tests'\n",
                f"{name}/test_it.py": f"""
                import sys

                import Greet
                from . import OWNER

                def test_it(invoke):
                    assert invoke("Greet").text == "appapp" and OWNER == "tests"

                def test_own():
                    assert __name__ == "{name}.test_it" and sys.modules["{name}"].OWNER == "tests"
                """,
            },
            layouts=("off the path",),
        )
        for name in ("tests", "utils")
    },
    "folders of such names beside an app on the path, which the test imports": only_on_path(
        Row(
            clash("configs"),
            {
                "configs/values.yaml": "a: 1\n",
                "tests/__init__.py": "",
                "tests/test_it.py": """
                import configs.values
                import Greet

                def test_it(invoke):
                    assert configs.values.OWNER == "app" and configs.__file__.endswith("__init__.py")
                    assert invoke("Greet").text == "appapp"
                """,
            },
        )
    ),
    # -- a package of the app's own
    "app's own __app__ package": Row(
        {
            "__app__/host.json": {"version": "2.0"},
            "__app__/__init__.py": """
                import builtins

                builtins.IMPORTED = [*getattr(builtins, "IMPORTED", []), __name__]
                REGION = "north"
            """,
            "__app__/Greet/__init__.py": "import __app__\n\n\ndef main(req):\n    return __app__.REGION + __name__\n",
            "__app__/Greet/function.json": function("Greet", "")["app/Greet/function.json"],
        },
        {
            "pytest.ini": "[pytest]\npythonpath = .\n",
            "tests/test_it.py": """
            import builtins
            import sys

            import __app__
            from __app__ import Greet

            def test_it(invoke, monkeypatch):
                assert invoke("Greet").text == "north__app__.Greet"
                monkeypatch.setattr("__app__.REGION", "south")
                assert invoke("Greet").text == "south__app__.Greet"

            def test_package(invoke):
                invoke("Greet")
                assert __app__.__file__.endswith("__init__.py") and __app__ is sys.modules["__app__"]
                assert builtins.IMPORTED == ["__app__"] and __app__.Greet is Greet
            """,
        },
        layouts=("on the path",),
    ),
    # -- import hooks
    "hook of the suite in front": one(
        GREET,
        """
        import sys

        import Greet

        KINDS = [type(finder).__name__ for finder in sys.meta_path]

        def test_asked(asked):
            assert asked[:1] == ["Greet"] and KINDS[0] == "Counting" and KINDS[-1] == "Last"

        def test_places(invoke):
            invoke("Greet")
            kinds = [type(finder).__name__ for finder in sys.meta_path]
            assert kinds[0] == "Counting" and kinds[-1] == "Last"

        def test_generated(invoke):
            import made_up

            assert made_up.NAME == "made_up" and invoke("Greet").ok
        """,
        conftest="""
        import importlib.abc
        import importlib.machinery
        import sys

        import pytest

        ASKED = []

        class Counting(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name in ("Greet", "__app__.Greet"):
                    ASKED.append(name)
                return None

        class Last(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path, target=None):
                return importlib.machinery.ModuleSpec(name, self) if name == "made_up" else None

            def exec_module(self, module):
                module.NAME = module.__name__

        sys.meta_path.insert(0, Counting())
        sys.meta_path.append(Last())

        @pytest.fixture
        def asked():
            return ASKED
        """,
    ),
    "hook of the suite that makes a module of the app": one(
        GREET,
        """
        import Greet

        def test_it(invoke):
            assert invoke("Greet").text == "made for the test Greet"
        """,
        conftest="""
        import importlib.abc
        import importlib.machinery
        import sys

        class Words(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path, target=None):
                return importlib.machinery.ModuleSpec(name, self) if name == "lib.words" else None

            def exec_module(self, module):
                module.hello, module.you = (lambda: "made"), (lambda: "for the test")

        sys.meta_path.insert(0, Words())
        """,
    ),
    # -- doctests
    "doctests of the app in the same session": only_on_path(
        only_prepend(
            Row(
                {
                    **GREET,
                    "app/units.py": """
                        def miles(km):
                            \"\"\"
                            >>> __name__
                            'units'
                            >>> import sys; sys.modules[__name__].miles is miles
                            True
                            >>> miles(16)
                            10.0
                            \"\"\"
                            return km / 1.6
                    """,
                },
                {
                    "tests/test_it.py": """
                    import units

                    def test_it(invoke):
                        assert units.miles(8) == 5 and invoke("Greet").ok
                    """
                },
                ("--doctest-modules", "tests", "app/units.py"),
            )
        )
    ),
    # -- settings
    "settings reach the app's modules": one(
        GREET,
        """
        import os

        import Greet

        AT_TOP = os.environ.get("MODE")

        def test_at_the_top(invoke):
            assert AT_TOP is None and Greet.MODE == "dev" == os.environ["MODE"]
            assert invoke("Greet").ok

        def test_without_a_host():
            assert "MODE" not in os.environ
        """,
    ),
    "settings reach the app's modules, in a test": one(
        GREET,
        """
        import os

        import pytest_azfunc

        def test_without_a_host():
            assert "MODE" not in os.environ
            import Greet

            assert Greet.MODE == "dev" and "MODE" not in os.environ
        """,
    ),
    "settings reach the app's modules by a patch": one(
        GREET,
        """
        import os
        import sys
        from unittest import mock

        @mock.patch("Greet.hello", return_value="hi")
        def test_it(hello):
            assert sys.modules["Greet"].MODE == "dev" and "MODE" not in os.environ

        def test_invoke(invoke):
            assert invoke("Greet").ok and os.environ["MODE"] == "dev"
        """,
    ),
    "settings reach decorated functions": one(
        DECORATORS,
        """
        import os

        import function_app

        AT_TOP = os.environ.get("MODE")

        def test_it():
            assert AT_TOP is None and function_app.MODE == "dev" and "MODE" not in os.environ

        def test_invoke(invoke):
            assert invoke("Greet").ok and os.environ["MODE"] == "dev"
        """,
    ),
    "settings do not reach conditions": Row(
        GREET,
        {
            "tests/test_it.py": """
            import os
            import unittest

            import Greet
            import pytest

            pytestmark = pytest.mark.skipif("MODE" in os.environ, reason="MODE is set")

            @pytest.mark.skipif("os.environ.get('MODE')", reason="MODE is set")
            def test_text(invoke):
                assert Greet.MODE == "dev"

            @pytest.mark.parametrize("name", sorted({"MODE", "HOME"} & set(os.environ)))
            def test_for_each(name, invoke):
                assert name == "HOME"

            @pytest.mark.usefixtures("invoke")
            class It(unittest.TestCase):
                @unittest.skipIf("MODE" in os.environ, "MODE is set")
                def test_it(self):
                    self.assertEqual(os.environ["MODE"], "dev")

            @pytest.mark.xfail("MODE" in os.environ, reason="MODE is set", strict=True)
            def test_expected(invoke):
                pass
            """
        },
    ),
    "settings do not reach modules of the tests": one(
        GREET,
        """
        import os

        import beside
        import Greet

        def test_it(invoke):
            assert beside.MODE is None and Greet.MODE == os.environ["MODE"] == "dev"
        """,
        support__beside="import os\n\nMODE = os.environ.get('MODE')\n",
        tests__conftest="""
        import os
        import sys

        sys.path.append(os.path.join(os.path.dirname(os.path.dirname(__file__)), "support"))
        """,
    ),
    "settings do not reach hooks and plugins": one(
        GREET,
        """
        import Greet

        def test_it(invoke, watched):
            assert Greet.MODE == "dev" and watched == []
        """,
        conftest="""
        import os

        import pytest

        SEEN = []

        def look(where):
            if "MODE" in os.environ:
                SEEN.append(where)

        def pytest_collect_file(file_path):
            look("collect_file")

        def pytest_pycollect_makeitem(name):
            look(f"makeitem {name}")

        def pytest_generate_tests():
            look("generate_tests")

        def pytest_itemcollected():
            look("itemcollected")

        def pytest_collection_modifyitems():
            look("modifyitems")

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_setup():
            look("setup")

        def pytest_runtest_logfinish():
            look("logfinish")

        @pytest.fixture(scope="session", autouse=True)
        def session():
            look("session fixture")

        @pytest.fixture
        def watched(invoke):
            return SEEN
        """,
    ),
    "settings are gone when the host is closed": one(
        GREET,
        """
        import os

        import Greet
        import pytest

        @pytest.fixture
        def around():
            assert "MODE" not in os.environ
            yield
            assert "MODE" not in os.environ

        def test_one(around, invoke):
            assert os.environ["MODE"] == "dev"

        def test_two(around):
            assert "MODE" not in os.environ and Greet.MODE == "dev"
        """,
    ),
    "settings of a broken import are gone": one(
        {**GREET, "app/broken.py": "import os\n\nraise RuntimeError(os.environ['MODE'])\n"},
        """
        import os

        import pytest
        import pytest_azfunc

        with pytest.raises(RuntimeError, match="dev"):
            import broken

        AT_TOP = os.environ.get("MODE")

        def test_it():
            assert AT_TOP is None
            with pytest.raises(RuntimeError, match="dev"):
                import broken
            assert "MODE" not in os.environ
        """,
    ),
}


def runs_of(row: Row) -> Iterator[tuple[str, str]]:
    """Layouts and import modes of a row: each layout and each mode once; with ``AZFUNC_LONG`` all pairs of them."""
    if LONG:
        return product(row.layouts, row.modes)
    longest = max(len(row.layouts), len(row.modes))
    return islice(zip(cycle(row.layouts), cycle(row.modes), strict=False), longest)


@pytest.mark.parametrize(
    ("name", "layout", "mode"), [(name, layout, mode) for name, row in ROWS.items() for layout, mode in runs_of(row)]
)
def test_modules(warm_runs: PytestRuns, tmp_path: Path, name: str, layout: str, mode: str) -> None:
    if mode == "importlib" and "of which the test is a part" in name and pytest.version_tuple < (8, 1):
        pytest.skip("pytest 8.0 gives test files of a package other names in this mode")
    row, folder = ROWS[name], tmp_path.resolve()
    write_files(folder, {"pytest.ini": LAYOUTS[layout], **row.app, **row.tests})
    run = warm_runs.run(folder, *WITH, "-q", f"--import-mode={mode}", *row.options, plugins=row.plugins)

    outcomes = run.counts() if run.status in (0, 1) else {}
    assert run.status == 0, f"{name}, {layout}, {mode}:\n{run.output}"
    assert outcomes.keys() == {"passed"}, f"{name}, {layout}, {mode}: {json.dumps(outcomes)}\n{run.output}"
