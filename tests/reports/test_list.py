"""``--azfunc-list`` of both models: every function, and what would not load or would hide all others in Azure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from textwrap import dedent
from typing import Any

import pytest

from tests.function_app import (
    HOST_JSON,
    FunctionApp,
    Session,
    Sessions,
    http_out,
    http_trigger,
    queue_out,
    queue_trigger,
    timer_trigger,
)

SDK = f"azure-functions {version('azure-functions')}"
HEADING = f"azfunc: app, function.json, {SDK}, settings: none"
DECORATOR_HEADING = f"azfunc: app, function_app.py, {SDK}, settings: none"

# The first of March 2026, for as long as a session lasts.
FROZEN = """
    from freezegun import freeze_time

    freezer = freeze_time("2026-03-01 02:29:00")
    freezer.start()

    def pytest_unconfigure():
        freezer.stop()
"""


@dataclass(frozen=True)
class Listing:
    """A function app, and all that is printed of it."""

    write: Callable[[FunctionApp], None]
    shown: list[str]
    ret: int = 0
    conftest: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def files(content: dict[str, Any]) -> Callable[[FunctionApp], None]:
    """An app that is made of files, and not of functions with a function.json."""
    return lambda app: app.write(content)


def check_listings(sessions: Sessions, listings: dict[str, Listing]) -> None:
    for name, listing in listings.items():
        folder = sessions.add(name, "--azfunc-list", environment=listing.environment)
        listing.write(folder.app)
        folder.write({"conftest.py": listing.conftest})

    for name, result in sessions.run().items():
        assert result.outlines == listings[name].shown, name
        assert result.errlines == [], name
        assert result.ret == listings[name].ret, name


def shop(app: FunctionApp) -> None:
    """An app in which everything loads."""
    app.write({"local.settings.json": {"Values": {"SCHEDULE": "0 0 3 * * *", "PASSWORD": "hunter2"}}})
    app.function(
        "CreateOrder",
        "def main(req, msg): pass",
        http_trigger(methods=["post", "put"], route="orders/{id:int}", authLevel="function"),
        http_out(),
        queue_out("msg", "orders"),
    )
    app.function("Health", "print('imported')\ndef main(req): pass", http_trigger(), http_out())
    customer = {"type": "blob", "direction": "in", "name": "customer", "path": "customers/{id}.json"}
    retry = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}
    bindings = [queue_trigger(), customer, queue_out("receipt", "receipts")]
    app.function("ProcessOrder", "def main(msg, customer, receipt): pass", *bindings, retry=retry)
    app.function("Nightly", "def main(timer): pass", timer_trigger())
    app.function("Weekly", "def main(timer): pass", timer_trigger(schedule="%SCHEDULE%"))


BROKEN = {
    "AppSetting": "import os\nNAME = os.environ['MISSING']\ndef main(msg): pass",
    "Exits": "import sys\n\nsys.exit(2)",
    "Import": "from . import helper\ndef main(msg): pass",
    "Loud": "import sys\nprint('out')\nprint('err', file=sys.stderr)\ndef main(msg): pass",
    "NoEntryPoint": "def mein(msg): pass",
    "Parameters": "def main(msg, receit): pass",
    "Unprintable": """
        class Unprintable(Exception):
            def __str__(self):
                raise RuntimeError

        raise Unprintable
    """,
    "Syntax": "def main(msg)\n    pass",
}


def broken(app: FunctionApp) -> None:
    """An app with all sorts of faults, and one function without."""
    for name, script in BROKEN.items():
        app.function(name, script)
    app.write(
        {
            "Import/helper.py": "\nimport nothing_like_this\n",
            "Json/function.json": '{\n  "bindings": [\n    {"type": "queueTrigger"}\n}',
            "Json/__init__.py": "",
        }
    )


def hiding(app: FunctionApp) -> None:
    """Routes that hide each other, and routes in conflict."""
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="products/list", methods=["get"]), http_out())
    app.function("Search", "def main(req): pass", http_trigger(route="Products/List/", methods=["get"]), http_out())


def unstartable(app: FunctionApp) -> None:
    """A route with which the host does not start."""
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="/products/list"), http_out())
    app.function("Other", "def mein(msg): pass")


FUNCTION_JSON = {
    "all functions load": Listing(
        shop,
        [
            f"azfunc: app, function.json, {SDK},",
            "  settings: local.settings.json (2 names)",
            "",
            "  CreateOrder   http   POST PUT /api/orders/{id:int} (function)",
            "                       -> $return: http",
            "                       -> msg: queue orders",
            "  Health        http   any method /api/Health (anonymous)  -> $return: http",
            "  Nightly       timer  0 30 2 * * *  next 2026-03-01 02:30:00 UTC",
            "  ProcessOrder  queue  orders",
            "                       <- customer: blob customers/{id}.json",
            "                       -> receipt: queue receipts",
            "                       note: retry: fixedDelay, up to 3 times",
            "  Weekly        timer  %SCHEDULE%  next 2026-03-01 03:00:00 UTC",
            "",
            "5 functions, all would load in Azure.",
        ],
        conftest=FROZEN,
    ),
    "what would not load": Listing(
        broken,
        [
            HEADING,
            "",
            "! AppSetting    queue  orders",
            "    would not load: KeyError: 'MISSING'",
            "    where: app/AppSetting/__init__.py:2",
            "    hint: There is no app setting 'MISSING': give it in local.settings.json, the",
            "      environment, or @pytest.mark.azfunc(settings={...}).",
            "! Exits         queue  orders",
            "    would not load: Exits/__init__.py calls sys.exit() while it is imported.",
            "    where: app/Exits/__init__.py:3",
            "    remedy: keep sys.exit() for scripts: guard it with if __name__ ==",
            "      '__main__'.",
            "! Import        queue  orders",
            "    would not load: ModuleNotFoundError: No module named 'nothing_like_this'",
            "    where: app/Import/helper.py:2",
            "    hint: Is the package in requirements.txt?",
            "! Json",
            "    would not load: function.json is not valid JSON: '}' cannot close an array.",
            "    where: app/Json/function.json:4:1",
            "    remedy: correct the JSON.",
            "  Loud          queue  orders",
            "! NoEntryPoint  queue  orders",
            "    would not load: NoEntryPoint/__init__.py has no function main(). Did you",
            "      mean 'mein'?",
            "    where: app/NoEntryPoint/__init__.py",
            "    remedy: define it, or set entryPoint in function.json.",
            "! Parameters    queue  orders",
            "    would not load: the following parameters are declared in Python but not in",
            "      function.json: receit.",
            "    where: app/Parameters/__init__.py:1",
            "    remedy: correct the name, add a binding for it, or remove the parameter.",
            "! Syntax        queue  orders",
            "    would not load: SyntaxError: expected ':'",
            "    where: app/Syntax/__init__.py:1",
            "! Unprintable   queue  orders",
            "    would not load: Unprintable: <str() of it raises RuntimeError>",
            "    where: app/Unprintable/__init__.py:6",
            "",
            "9 functions, 8 would not load in Azure.",
        ],
        ret=1,
    ),
    "an app without functions and without tests": Listing(
        files({"notes.txt": "a function app needs no function to start"}),
        [
            HEADING,
            "",
            "! host.json",
            "    0 functions found: the app has no function: there is no function_app.py, and",
            "      no folder with a function.json.",
            "    where: app",
            "    remedy: write one, or name another folder with --azfunc-project PATH.",
            "",
            "0 functions found.",
        ],
        ret=1,
    ),
    "routes that hide each other and routes in conflict": Listing(
        hiding,
        [
            HEADING,
            "",
            "  Details  http  any method /api/products/{id} (anonymous)  -> $return: http",
            "  List     http  GET /api/products/list (anonymous)  -> $return: http",
            "                 note: no request reaches it: GET /api/products/list is answered",
            "                   by 'Details', whose route is /api/products/{id}. The host",
            "                   tries functions in the order of their names, ignoring case,",
            "                   and the first whose route fits answers. Remedy: rename one of",
            "                   the two so that this one comes first, or change a route.",
            "! Search",
            "    would not load: the route 'Products/List/' conflicts with the one of",
            "      function 'List': same text, shared methods.",
            "    where: app/Search/function.json:1:15",
            "    remedy: change the route or the methods of one of them.",
            "",
            "3 functions, 1 would not load in Azure.",
        ],
        ret=1,
    ),
    "a route with which the host does not start": Listing(
        unstartable,
        [
            HEADING,
            "",
            "  Details  http   any method /api/products/{id} (anonymous)  -> $return: http",
            "! List     http   any method /api//products/list (anonymous)  -> $return: http",
            "    the host does not start: the route template 'api//products/list' (prefix",
            "      'api', route '/products/list') is not valid: two slashes follow each",
            "      other.",
            "    where: app/List/function.json:1:15",
            "    remedy: write the route without the slash in front, or set",
            '      extensions.http.routePrefix to "" in host.json.',
            "! Other    queue  orders",
            "    would not load: Other/__init__.py has no function main(). Did you mean",
            "      'mein'?",
            "    where: app/Other/__init__.py",
            "    remedy: define it, or set entryPoint in function.json.",
            "",
            "3 functions, none of which would run in Azure: the host does not start.",
        ],
        ret=1,
    ),
}


def test_function_json_apps(sessions: Sessions) -> None:
    check_listings(sessions, FUNCTION_JSON)


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


# What is added to the app above, and what then stands below the heading.
HIDES_THE_WHOLE_APP = {
    "no trigger": (
        "@app.function_name('Bad')\ndef bad(msg): ...",
        [
            "! Bad",
            "    hides the whole app: ValueError: Function Bad does not have a trigger. A",
            "      valid function must have one and only one trigger registered.",
            "    where: app/function_app.py:19",
            "    hint: Add the decorator of a trigger, such as @app.route() or",
            "      @app.queue_trigger(...).",
            "- get_order  lost with Bad",
            "- Nightly    lost with Bad",
            "",
            "Azure would show 0 functions: Bad cannot be indexed, and 2 functions are lost",
            "with it.",
        ],
    ),
    "parameters": (
        "@app.route()\ndef bad(req, receit: int = 1): ...",
        [
            "! bad",
            "    hides the whole app: the following parameters are declared in Python but not",
            "      in the decorators: receit.",
            "    where: app/function_app.py:19",
            "    remedy: correct the name, add a binding for it, or remove the parameter; a",
            "      default value does not help.",
            "- get_order  lost with bad",
            "- Nightly    lost with bad",
            "",
            "Azure would show 0 functions: bad cannot be indexed, and 2 functions are lost",
            "with it.",
        ],
    ),
    "setting": (
        "import os\nURL = os.environ['ORDERS_URL']",
        [
            "! function_app.py",
            "    hides the whole app: KeyError: 'ORDERS_URL'",
            "    where: app/function_app.py:20",
            "    hint: There is no app setting 'ORDERS_URL': give it in local.settings.json,",
            "      the environment, or @pytest.mark.azfunc(settings={...}).",
            "",
            "Azure would show 0 functions: function_app.py cannot be indexed.",
        ],
    ),
    "syntax": (
        "import broken",
        [
            "! function_app.py",
            "    hides the whole app: SyntaxError: expected ':'",
            "    where: app/broken.py:2",
            "",
            "Azure would show 0 functions: function_app.py cannot be indexed.",
        ],
    ),
    "one name for two": (
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
    "two apps": (
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
}


def test_what_hides_a_whole_decorator_app(sessions: Sessions) -> None:
    listings = {}
    for name, (added, shown) in HIDES_THE_WHOLE_APP.items():
        content = {"function_app.py": f"{dedent(DECORATORS)}\n\n{added}", "broken.py": "\ndef function()\n    pass"}
        listings[name] = Listing(files(content), [DECORATOR_HEADING, "", *shown], ret=1)

    check_listings(sessions, listings)


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


# What the package of the Azure SDK's types has, as far as it matters here.
SDK_TYPES = """
    import sys
    from types import SimpleNamespace

    SdkType = type("SdkType", (), {})
    BlobClient = type("BlobClient", (SdkType,), {})
    sys.modules["azurefunctions.extensions.base"] = SimpleNamespace(SdkType=SdkType, BlobClient=BlobClient)

    def pytest_unconfigure():
        del sys.modules["azurefunctions.extensions.base"]
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


def both_models(function: str) -> Callable[[FunctionApp], None]:
    def write(app: FunctionApp) -> None:
        app.function("Beta", "def main(msg): pass")
        app.function("alpha", "def main(msg): pass")
        script = f"import azure.functions as func\napp = func.FunctionApp()\n{function}"
        app.write({"function_app.py": script, "shared/function.py": ""})

    return write


DECORATOR_APPS = {
    "a decorator app": Listing(
        files({"function_app.py": DECORATORS, "local.settings.json": {"Values": {"SCHEDULE": "0 0 3 1 1 *"}}}),
        [
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
        ],
        conftest=FROZEN,
    ),
    "one function is lost with another": Listing(
        files(
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
        ),
        [
            DECORATOR_HEADING,
            "",
            "! bad",
            "    hides the whole app: the following parameters are declared in the decorators",
            "      but not in Python: req.",
            "    where: app/function_app.py:9",
            "    remedy: add the parameters to bad(), or remove the bindings.",
            "- good  lost with bad",
            "",
            "Azure would show 0 functions: bad cannot be indexed, and 1 function is lost with",
            "it.",
        ],
        ret=1,
    ),
    "what the host drops": Listing(
        files(
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
        ),
        [
            DECORATOR_HEADING,
            "",
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
        ],
        ret=1,
    ),
    "a decorator without parentheses": Listing(
        files(
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
        ),
        [
            DECORATOR_HEADING,
            "  note: Azure does not see get_order (app/function_app.py:7), as its decorator",
            "    is written without parentheses, such as @app.route instead of @app.route().",
            "    Write the parentheses.",
            "",
            "  order  queue  orders",
            "",
            "1 function, all would load in Azure.",
        ],
    ),
    "an app without functions": Listing(
        files({"function_app.py": "import azure.functions as func\napp = func.FunctionApp()"}),
        [
            DECORATOR_HEADING,
            "",
            "! function_app.py",
            "    0 functions found: function_app.py declares no function.",
            "    where: app/function_app.py",
            "    remedy: declare one, or register a blueprint.",
            "",
            "0 functions found.",
        ],
        ret=1,
    ),
    "both models in one folder: some functions": Listing(
        both_models("@app.route()\ndef hello(req): ..."),
        [
            DECORATOR_HEADING,
            "  note: function.json of alpha, Beta is not read: where function_app.py declares",
            "    functions, Azure takes no others.",
            "",
            "  hello  http  any method /api/hello (function)  -> $return: http",
            "",
            "1 function, all would load in Azure.",
        ],
    ),
    "both models in one folder: none": Listing(
        both_models(""),
        [
            DECORATOR_HEADING,
            "  note: with Python 3.12 and older, Azure falls back to function.json of alpha,",
            "    Beta; with later versions it shows 0 functions.",
            "",
            "! function_app.py",
            "    0 functions found: function_app.py declares no function.",
            "    where: app/function_app.py",
            "    remedy: declare one, or register a blueprint.",
            "",
            "0 functions found.",
        ],
        ret=1,
    ),
    "the script's name: not there": Listing(
        files({"function_app.py": DECORATORS}),
        [
            f"azfunc: app, function.json, {SDK}, settings: none",
            "",
            "! host.json",
            "    0 functions found: PYTHON_SCRIPT_FILE_NAME names a file that is not there,",
            "      and there is no function.json either.",
            "    where: app",
            "    remedy: correct the app setting, or remove it.",
            "",
            "0 functions found.",
        ],
        ret=1,
        environment={"PYTHON_SCRIPT_FILE_NAME": "shop.py"},
    ),
    "the script's name: empty": Listing(
        files({"function_app.py": DECORATORS}),
        [
            f"azfunc: app, PYTHON_SCRIPT_FILE_NAME, {SDK}, settings: none",
            "",
            "! PYTHON_SCRIPT_FILE_NAME",
            "    hides the whole app: the value of PYTHON_SCRIPT_FILE_NAME is no name that",
            "      the worker takes for a script.",
            "    where: app",
            "    remedy: write the name of a .py file in the app's folder: letters, digits,",
            "      '_' and '-' only, no folder.",
            "",
            "Azure would show 0 functions: PYTHON_SCRIPT_FILE_NAME cannot be indexed.",
        ],
        ret=1,
        environment={"PYTHON_SCRIPT_FILE_NAME": ""},
    ),
    "a script of another name": Listing(
        files({"shop.py": "import azure.functions as func\napi = [func.FunctionApp()]"}),
        [
            f"azfunc: app, shop.py, {SDK}, settings: none",
            "",
            "! shop.py",
            "    hides the whole app: shop.py has no function app at its top level. The one",
            "      inside 'api' is not seen.",
            "    where: app/shop.py",
            "    remedy: write, for example: app = func.FunctionApp().",
            "",
            "Azure would show 0 functions: shop.py cannot be indexed.",
        ],
        ret=1,
        environment={"PYTHON_SCRIPT_FILE_NAME": "shop.py"},
    ),
    "what is not emulated is told apart": Listing(
        files({"function_app.py": USES_SDK_TYPES}),
        [
            DECORATOR_HEADING,
            "",
            "  hello   http  any method /api/hello (function)  -> $return: http",
            "? upload",
            "    cannot be tested here: the SDK type BlobClient on a blobTrigger binding is",
            "      not emulated by pytest-azfunc.",
            "    where: app/function_app.py:11",
            "    remedy: test the other functions here, and what this one does with the",
            "      client in a function of its own.",
            "",
            "2 functions, all would load in Azure. 1 cannot be tested here.",
        ],
        conftest=SDK_TYPES,
    ),
}


def test_decorator_apps(sessions: Sessions) -> None:
    check_listings(sessions, DECORATOR_APPS)


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


def test_a_wide_terminal(sessions: Sessions) -> None:
    broken(sessions.add("wide", "--azfunc-list", environment={"COLUMNS": "160"}).app)

    result = sessions.run()["wide"]

    assert [line for line in result.outlines if "remedy" in line or "array" in line] == [
        "    remedy: keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
        "    would not load: function.json is not valid JSON: '}' cannot close an array.",
        "    remedy: correct the JSON.",
        "    remedy: define it, or set entryPoint in function.json.",
        "    remedy: correct the name, add a binding for it, or remove the parameter.",
    ]


def test_no_line_is_longer_than_the_terminal(sessions: Sessions) -> None:
    for columns in (20, 40, 60, 80, 132):
        folder = sessions.add(columns, "--azfunc-list", environment={"COLUMNS": str(columns)})
        shop(folder.app)
        broken(folder.app)
        folder.write({"conftest.py": FROZEN})

    for columns, result in sessions.run().items():
        # Forty columns are the least that is written to; a long word is not broken.
        allowed = max(columns, 40)
        assert [line for line in result.outlines if len(line) > allowed and len(line.split()) > 2] == [], columns


def test_no_app_at_all(session: Session) -> None:
    here = session.pytester.path

    result = session.run("--azfunc-list")

    assert result.outlines == []
    assert [line for line in result.errlines if line] == [
        f"ERROR: no function app was found: there is no host.json in {here} or above it, nor in {here} or the folders "
        "below it.",
        "  remedy: name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
        "  rule:   project-not-found",
    ]
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_list_is_printed_from_wherever_pytest_is_started(
    app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.function("Works", "def main(msg): pass")
    monkeypatch.chdir(app.root / "Works")

    result = session.run("--azfunc-list", "--rootdir=..")

    assert result.outlines == [
        f"azfunc: .., function.json, {SDK}, settings: none",
        "",
        "  Works  queue  orders",
        "",
        "1 function, all would load in Azure.",
    ]


def test_with_xdist_and_with_test_files_that_are_broken(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")
    session.write({"test_broken.py": "import nothing_like_this"})

    result = session.run("--azfunc-list", "-n", "2", "--collect-only", plugins=("xdist",))

    assert result.outlines[-1] == "1 function, all would load in Azure."
    assert result.ret == 0


def test_disabled_and_excluded_functions(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": {**HOST_JSON, "functions": ["Off", "Old"]},
            "local.settings.json": {"Values": {"AzureWebJobs.Off.Disabled": "true"}},
        }
    )
    app.function("Off", "def main(msg): pass")
    app.function("Old", "def main(msg): pass", disabled=True)
    app.function("Other", "def main(msg): pass")

    result = session.run("--azfunc-list")

    assert " ".join(line.strip() for line in result.outlines[:2]) == (  # where it breaks depends on the SDK's version
        f"azfunc: app, function.json, {SDK}, settings: local.settings.json (1 name), left out by host.json: Other"
    )
    assert result.outlines[2:] == [
        "",
        "  Off  queue  orders",
        "              note: disabled by an app setting: its trigger does not fire",
        "  Old  queue  orders",
        '              note: "disabled" in function.json is not read by today\'s host: the',
        "                function runs",
        "",
        "2 functions, all would load in Azure.",
    ]
