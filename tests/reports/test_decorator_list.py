"""``--azfunc-list`` of decorator apps: what Azure would show, and what would hide all of it."""

from __future__ import annotations

from importlib.metadata import version
from textwrap import dedent

import pytest

from tests.function_app import FunctionApp, Session

SDK = f"azure-functions {version('azure-functions')}"

DECORATORS = """
    import azure.functions as func

    print("imported")
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


    @app.route(route="orders/{id:int}", methods=["GET"])
    @app.blob_input(arg_name="receipt", path="receipts/{id}.json", connection="Storage")
    def get_order(req: func.HttpRequest, receipt: func.InputStream) -> func.HttpResponse: ...


    @app.function_name("Nightly")
    @app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%")
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    def nightly(timer: func.TimerRequest) -> None: ...
"""
DECORATOR_HEADING = f"azfunc: app, function_app.py, {SDK}, settings: none"


def test_a_decorator_app(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": DECORATORS, "local.settings.json": {"Values": {"SCHEDULE": "0 0 3 1 1 *"}}})
    session.write({"conftest.py": "from freezegun import freeze_time\nfreeze_time('2026-03-01 02:29:00').start()"})

    result = session.run("--azfunc-list")

    assert result.outlines == [
        f"azfunc: app, function_app.py, {SDK},",
        "  settings: local.settings.json (1 name)",
        "",
        "  get_order  http   GET /api/orders/{id:int} (anonymous)",
        "                    <- receipt: blob receipts/{id}.json",
        "                    -> $return: http",
        "  Nightly    timer  %SCHEDULE%  next 2027-01-01 03:00:00 UTC",
        "                    note: retry: fixedDelay, up to 3 times",
        "",
        "2 functions, all would load in Azure.",
    ]
    assert result.errlines == []
    assert result.ret == 0


@pytest.mark.parametrize(
    ("added", "shown"),
    [
        (
            "@app.function_name('Bad')\ndef bad(msg): ...",
            [
                "! Bad",
                "    hides the whole app: ValueError: Function Bad does not have a trigger. A",
                "      valid function must have one and only one trigger registered.",
                "    where: app/function_app.py:19",
                "- get_order  lost with Bad",
                "- Nightly    lost with Bad",
                "",
                "Azure would show 0 functions: Bad cannot be indexed, and 2 functions are lost",
                "with it.",
            ],
        ),
        (
            "@app.route()\ndef bad(req, receit: int = 1): ...",
            [
                "! bad",
                "    hides the whole app: the following parameters are declared in Python but not",
                "      in the decorators: receit.",
                "    where: app/function_app.py:19",
                "    remedy: add a binding for each, or remove the parameters; a default value",
                "      does not help.",
                "- get_order  lost with bad",
                "- Nightly    lost with bad",
                "",
                "Azure would show 0 functions: bad cannot be indexed, and 2 functions are lost",
                "with it.",
            ],
        ),
        (
            "import os\nURL = os.environ['ORDERS_URL']",
            [
                "! function_app.py",
                "    hides the whole app: KeyError: 'ORDERS_URL'",
                "    where: app/function_app.py:20",
                "    hint: If the key is an app setting: it is not in local.settings.json, the",
                "      environment, or @pytest.mark.azfunc(settings={...}).",
                "",
                "Azure would show 0 functions: function_app.py cannot be indexed.",
            ],
        ),
        (
            "import broken",
            [
                "! function_app.py",
                "    hides the whole app: SyntaxError: expected ':'",
                "    where: app/broken.py:2",
                "",
                "Azure would show 0 functions: function_app.py cannot be indexed.",
            ],
        ),
        (
            "@app.route()\ndef get_order(req): ...",
            [
                "! get_order",
                "    hides the whole app: ValueError: Function get_order does not have a unique",
                "      function name. Please change @app.function_name() or the function method",
                "      name to be unique.",
                "    where: app/function_app.py:19",
                "    hint: The other one is at function_app.py:8.",
                "- get_order  lost with get_order",
                "- Nightly    lost with get_order",
                "",
                "Azure would show 0 functions: get_order cannot be indexed, and 2 functions are",
                "lost with it.",
            ],
        ),
        (
            "application = func.FunctionApp()",
            [
                "! function_app.py",
                "    hides the whole app: function_app.py has more than one function app at its",
                "      top level: 'app' and 'application'.",
                "    where: app/function_app.py",
                "    remedy: keep one, and make the others blueprints:",
                "      app.register_functions(...).",
                "",
                "Azure would show 0 functions: function_app.py cannot be indexed.",
            ],
        ),
    ],
    ids=["no trigger", "parameters", "setting", "syntax", "one name for two", "two apps"],
)
def test_what_hides_a_whole_decorator_app(app: FunctionApp, session: Session, added: str, shown: list[str]) -> None:
    app.write({"function_app.py": f"{dedent(DECORATORS)}\n\n{added}", "broken.py": "\ndef function()\n    pass"})

    result = session.run("--azfunc-list")

    assert result.outlines == [DECORATOR_HEADING, "", *shown]
    assert result.errlines == []
    assert result.ret == 1


def test_one_function_is_lost_with_another(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()

                @app.route()
                def good(req): ...

                @app.route()
                def bad(): ...
            """
        }
    )

    assert session.run("--azfunc-list").outlines[-4:] == [
        "- good  lost with bad",
        "",
        "Azure would show 0 functions: bad cannot be indexed, and 1 function is lost with",
        "it.",
    ]


def test_what_the_host_drops_of_a_decorator_app(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()

                @app.route()
                def good(req): ...

                @app.route(route="Admin/users")
                def users(req): ...

                @app.queue_trigger(arg_name="my__msg", queue_name="orders", connection="Storage")
                def process(my__msg): ...
            """
        }
    )

    result = session.run("--azfunc-list")

    assert result.outlines[2:] == [
        "  good     http  any method /api/good (function)  -> $return: http",
        "! process",
        '    would not load: "my__msg" is not a valid binding name.',
        "    where: app/function_app.py:12",
        "    remedy: rename it (and the parameter): letters, digits and underscores, at",
        "      most 128, no digit first and no two underscores in a row.",
        "! users",
        "    would not load: the route 'Admin/users' begins with 'admin', which the host",
        "      keeps for itself.",
        "    where: app/function_app.py:9",
        "    remedy: choose another route.",
        "",
        "3 functions, 2 would not load in Azure; it would show the others.",
    ]
    assert result.ret == 1


BLUEPRINTS = {
    "function_app.py": """
        from unittest.mock import MagicMock

        import azure.functions as func
        import further
        from late import declare, late
        from orders import bp

        app = func.FunctionApp()
        app.register_functions(late)
        declare()
        stands_for_anything = MagicMock()
    """,
    "orders.py": """
        import azure.functions as func

        bp = func.Blueprint()

        @bp.route()
        def place_order(req): ...

        @bp.route()
        def get_order(req): ...
    """,
    "late.py": """
        import azure.functions as func

        late = func.Blueprint()

        @late.route()
        def in_time(req): ...

        def declare():
            @late.route()
            def too_late(req): ...
    """,
    "further.py": """
        import azure.functions as func
        from orders import bp as orders

        api = func.FunctionApp()

        @api.route()
        def elsewhere(req): ...
    """,
}


def test_functions_that_azure_does_not_see(app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    app.write(BLUEPRINTS)
    monkeypatch.setenv("COLUMNS", "240")

    result = session.run("--azfunc-list")

    heading, *notes = result.outlines[: result.outlines.index("")]
    assert heading == DECORATOR_HEADING
    assert sorted(notes) == [
        "  note: Azure does not see elsewhere (app/further.py:7), as 'api' is not the function app of function_app.py. "
        "Make it a func.Blueprint(), and register it there.",
        "  note: Azure does not see place_order, get_order (app/orders.py:6), as 'bp' is registered too early or not "
        "at all. Write app.register_functions(bp) in function_app.py, after all its functions are declared.",
        "  note: Azure does not see too_late (app/late.py:10), as 'late' is registered too early or not at all. Write "
        "app.register_functions(late) in function_app.py, after all its functions are declared.",
    ]
    assert result.outlines[len(notes) + 2 :] == [
        "  in_time  http  any method /api/in_time (function)  -> $return: http",
        "",
        "1 function, all would load in Azure.",
    ]
    assert result.ret == 0


def test_a_decorator_without_parentheses(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()
                on_order = app.queue_trigger("msg", "orders", "C")

                @app.route
                def get_order(req): ...

                @on_order
                def order(msg): ...
            """
        }
    )

    assert session.run("--azfunc-list").outlines == [
        DECORATOR_HEADING,
        "  note: Azure does not see get_order (app/function_app.py:7), as its decorator",
        "    is written without parentheses, such as @app.route instead of @app.route().",
        "",
        "  order  queue  orders",
        "",
        "1 function, all would load in Azure.",
    ]


def test_a_decorator_app_without_functions(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": "import azure.functions as func\napp = func.FunctionApp()"})

    result = session.run("--azfunc-list")

    assert result.outlines == [
        DECORATOR_HEADING,
        "  note: function_app.py declares no function.",
        "",
        "",
        "0 functions found.",
    ]
    assert result.ret == 0


@pytest.mark.parametrize(
    ("function", "shown"),
    [
        (
            "@app.route()\ndef hello(req): ...",
            [
                "  note: function.json of alpha, Beta is not read: where function_app.py declares",
                "    functions, Azure takes no others.",
                "",
                "  hello  http  any method /api/hello (function)  -> $return: http",
                "",
                "1 function, all would load in Azure.",
            ],
        ),
        (
            "",
            [
                "  note: function_app.py declares no function.",
                "  note: with Python 3.12 and older, Azure falls back to function.json of alpha,",
                "    Beta; with later versions it shows 0 functions.",
                "",
                "",
                "0 functions found.",
            ],
        ),
    ],
    ids=["some functions", "none"],
)
def test_both_models_in_one_folder(app: FunctionApp, session: Session, function: str, shown: list[str]) -> None:
    app.function("Beta", "def main(msg): pass")
    app.function("alpha", "def main(msg): pass")
    app.write(
        {
            "function_app.py": f"import azure.functions as func\napp = func.FunctionApp()\n{function}",
            "shared/function.py": "",
        }
    )

    assert session.run("--azfunc-list").outlines == [DECORATOR_HEADING, *shown]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "shop.py",
            [
                f"azfunc: app, function.json, {SDK}, settings: none",
                "  note: PYTHON_SCRIPT_FILE_NAME is 'shop.py', which is not there: Azure reads",
                "    function.json.",
                "",
                "",
                "0 functions found.",
            ],
        ),
        (
            "",
            [
                f"azfunc: app, PYTHON_SCRIPT_FILE_NAME, {SDK}, settings: none",
                "",
                "! PYTHON_SCRIPT_FILE_NAME",
                "    hides the whole app: PYTHON_SCRIPT_FILE_NAME is '', which is no name that",
                "      the worker takes for a script.",
                "    where: app",
                "    remedy: write the name of a .py file in the app's folder: letters, digits,",
                "      '_' and '-' only, no folder.",
                "",
                "Azure would show 0 functions: PYTHON_SCRIPT_FILE_NAME cannot be indexed.",
            ],
        ),
    ],
    ids=["not there", "empty"],
)
def test_a_wrong_name_of_the_script(
    app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch, name: str, shown: list[str]
) -> None:
    monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", name)
    app.write({"function_app.py": DECORATORS})

    assert session.run("--azfunc-list").outlines == shown


def test_a_script_of_another_name(app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", "shop.py")
    app.write({"shop.py": "import azure.functions as func\napi = [func.FunctionApp()]"})

    result = session.run("--azfunc-list")

    assert result.outlines == [
        f"azfunc: app, shop.py, {SDK}, settings: none",
        "",
        "! shop.py",
        "    hides the whole app: shop.py has no function app at its top level. The one",
        "      inside 'api' is not seen.",
        "    where: app/shop.py",
        "    remedy: write, for example: app = func.FunctionApp().",
        "",
        "Azure would show 0 functions: shop.py cannot be indexed.",
    ]
    assert result.ret == 1


# What the package of the Azure SDK's types has, as far as it matters here.
SDK_TYPES = """
    import sys
    from types import SimpleNamespace

    SdkType = type("SdkType", (), {})
    BlobClient = type("BlobClient", (SdkType,), {})
    sys.modules["azurefunctions.extensions.base"] = SimpleNamespace(SdkType=SdkType, BlobClient=BlobClient)
"""
USES_SDK_TYPES = """
    import sys

    import azure.functions as func

    app = func.FunctionApp()

    @app.route()
    def hello(req): ...

    @app.blob_trigger(arg_name="blob", path="uploads/{name}", connection="Storage")
    def upload(blob: sys.modules["azurefunctions.extensions.base"].BlobClient): ...
"""


def test_what_is_not_emulated_is_told_apart(app: FunctionApp, session: Session) -> None:
    session.write({"conftest.py": SDK_TYPES})
    app.write({"function_app.py": USES_SDK_TYPES})

    result = session.run("--azfunc-list")

    assert result.outlines[2:] == [
        "  hello   http  any method /api/hello (function)  -> $return: http",
        "? upload",
        "    cannot be tested here: the SDK type BlobClient on a blobTrigger binding is",
        "      not emulated by pytest-azfunc.",
        "    where: app/function_app.py:11",
        "    remedy: test the other functions here, and what this one does with the",
        "      client in a function of its own.",
        "",
        "2 functions, all would load in Azure. 1 cannot be tested here.",
    ]
    assert result.ret == 0


def test_a_library_in_a_virtual_environment_in_the_apps_folder(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            ".venv/lib/site-packages/licences.py": "def check():\n    raise RuntimeError('no licence')",
            "function_app.py": """
                import os
                import sys

                sys.path.append(os.path.join(os.path.dirname(__file__), ".venv/lib/site-packages"))
                import licences

                licences.check()
            """,
        }
    )

    result = session.run("--azfunc-list")

    assert result.outlines[2:5] == [
        "! function_app.py",
        "    hides the whole app: RuntimeError: no licence",
        "    where: app/function_app.py:8",
    ]
