"""The decorator model in a test session: the fixtures of the other model, on function_app.py and blueprints."""

from __future__ import annotations

import itertools
import sys

import pytest

from tests.function_app import FunctionApp, Session, Sessions, error_lines, passed

SHOP = """
    import logging

    import azure.functions as func
    from orders.blueprint import bp
    from shared import prices

    app = func.FunctionApp(http_auth_level="ANONYMOUS")
    app.register_functions(bp)


    def charge(amount):
        raise RuntimeError("the real payment service")


    @app.route(route="orders", methods=["POST"])
    @app.queue_output(arg_name="new_order", queue_name="orders", connection="Storage")
    def place_order(req: func.HttpRequest, new_order: func.Out[str]) -> func.HttpResponse:
        new_order.set(req.get_body().decode())
        return func.HttpResponse(charge(prices.PRICE), status_code=202)


    @app.function_name("Nightly")
    @app.timer_trigger(arg_name="timer", schedule="0 30 2 * * *")
    async def nightly(timer: func.TimerRequest, context: func.Context) -> None:
        logging.info("%s in %s", context.function_name, context.function_directory)
"""

BLUEPRINT = """
    import azure.functions as func

    bp = func.Blueprint()


    @bp.queue_trigger(arg_name="msg", queue_name="orders", connection="Storage")
    @bp.generic_output_binding(arg_name="$return", type="queue", queue_name="done", connection="Storage")
    def process(msg: func.QueueMessage) -> str:
        return msg.get_json()["id"]
"""


SHOP_APP = {"function_app.py": SHOP, "orders/blueprint.py": BLUEPRINT, "shared/prices.py": "PRICE = 3\n"}


@pytest.fixture
def shop(app: FunctionApp) -> FunctionApp:
    app.write(SHOP_APP)
    return app


def test_fixtures_and_patches(sessions: Sessions) -> None:
    code = """
        import os

        import function_app
        from orders import blueprint

        def test_http(invoke, monkeypatch):
            monkeypatch.setattr(function_app, "charge", lambda amount: f"paid {amount}")
            result = invoke("PLACE_ORDER", {"id": 7})
            assert (result.status_code, result.text) == (202, "paid 3")
            assert result.outputs["new_order"].json() == {"id": 7}

        def test_patched_by_name(invoke, monkeypatch):
            monkeypatch.setattr("shared.prices.PRICE", 5)
            monkeypatch.setattr("function_app.charge", lambda amount: f"paid {amount}")
            assert invoke(function_app.place_order, {}).text == "paid 5"

        def test_undone(invoke):
            result = invoke("place_order", {}, check=False)
            assert str(result.exception) == "the real payment service"

        def test_blueprint(invoke):
            assert invoke("process", {"id": "x"}).outputs["$return"].text == "x"
            assert invoke(blueprint.process, {"id": "y"}).return_value == "y"

        def test_async_and_context(invoke):
            result = invoke(function_app.nightly)
            assert result.logs.messages == ["Nightly in " + os.path.dirname(function_app.__file__)]

        def test_project(azfunc_project):
            assert list(azfunc_project.functions) == ["Nightly", "place_order", "process"]
            assert azfunc_project.model == "decorators"

        def test_still_an_ordinary_app_object(azfunc_project):
            names = [function.get_function_name() for function in function_app.app.get_functions()]
            assert names == ["process", "place_order", "Nightly"]
    """
    for mode in ("prepend", "append", "importlib"):
        folder = sessions.add(mode, f"--import-mode={mode}")
        folder.app.write(SHOP_APP)
        folder.write({"test_it.py": code})

    for mode, result in sessions.run().items():
        passed(result, 7, mode)


@pytest.mark.usefixtures("shop")
def test_modules_are_imported_once_and_again_after_a_restart(session: Session) -> None:
    result = session.test(
        """
        def test_once(invoke):
            import function_app
            function_app.charge = lambda amount: "first"
            assert invoke("place_order", {}).text == "first"

        def test_the_same_modules(invoke):
            assert invoke("place_order", {}).text == "first"

        def test_restart(azfunc_host):
            import function_app
            before = azfunc_host.project.functions["place_order"].user_function
            azfunc_host.restart()
            import function_app as again
            assert again is not function_app
            assert azfunc_host.project.functions["place_order"].user_function is not before
            again.charge = lambda amount: "second"
            assert azfunc_host.invoke(again.place_order, {}).text == "second"
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 3)


def test_two_apps_in_one_session(sessions: Sessions) -> None:
    paths = ("one", "two", "one two", ".")
    folders = {path: sessions.add(path, "-o", f"pythonpath={path}") for path in paths}
    for path, name in itertools.product(paths, ("one", "two")):
        folders[path].write({"pytest.ini": "[pytest]"})  # pytest 8.0 takes `-o pythonpath` only with one
        FunctionApp(folders[path].path / name).write(
            {
                "function_app.py": """
                    import azure.functions as func
                    from helper import NAME

                    app = func.FunctionApp()

                    @app.route()
                    def hello(req):
                        return NAME
                """,
                "helper.py": f"NAME = {name!r}",
                "tests/conftest.py": "import function_app\nimport helper\n" if name == path else "",
                f"tests/test_{name}.py": f"""
                    import function_app
                    import helper

                    def test_it(invoke):
                        assert helper.NAME == {name!r}
                        assert invoke(function_app.hello).text == {name!r}
                """,
            }
        )

    for path, result in sessions.run().items():
        passed(result, 2, path)


def test_a_host_in_a_host(session: Session) -> None:
    for name in ("one", "two"):
        FunctionApp(session.pytester.path / name).write(
            {
                "function_app.py": f"""
                    import azure.functions as func

                    app = func.FunctionApp()

                    @app.route()
                    def hello(req):
                        import late
                        return {name!r} + late.TEXT
                """,
                "late.py": f"TEXT = ' late {name}'",
            }
        )

    result = session.test(
        """
        from pytest_azfunc import Host

        def test_it():
            with Host.open("one") as one, Host.open("two") as two:
                assert one.invoke("hello").text == "one late one"
                assert two.invoke("hello").text == "two late two"
                assert one.invoke("hello").text == "one late one"
        """
    )

    passed(result, 1)


def test_settings_are_there_while_the_script_is_imported(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import os

                import azure.functions as func

                app = func.FunctionApp()
                URL = os.environ["ORDERS_URL"]

                @app.route()
                def url(req):
                    return URL
            """
        }
    )

    result = session.test(
        """
        import pytest

        def test_without(invoke):
            with pytest.raises(KeyError):
                invoke("url")

        @pytest.mark.azfunc(settings={"ORDERS_URL": "https://orders"})
        def test_with(invoke):
            assert invoke("url").text == "https://orders"
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 2)


def test_objects_that_are_alike(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()
                made = {}

                for name in ("a", "b", "c"):
                    def tell(req, context):
                        return context.function_name
                    made[name] = app.function_name(name)(app.route(name)(tell))

                def shared(req, context):
                    return context.function_name

                first = app.function_name("first")(app.route("first")(shared))
                second = app.function_name("second")(app.route("second")(shared))

                @app.function_name("not.a.name")
                @app.route("third")
                def third(req): ...
            """
        }
    )

    result = session.test(
        """
        import pytest
        import function_app
        from pytest_azfunc import FunctionNotFound, ProjectError

        def test_the_object_that_is_asked_for(invoke):
            for name, function in function_app.made.items():
                assert invoke(function).text == name
                assert invoke(function._function.get_user_function()).text == name
            assert invoke(function_app.first).text == "first"
            assert invoke(function_app.second).text == "second"
            assert invoke(function_app.shared).text in ("first", "second")

        def test_what_the_host_has_against_it(invoke):
            with pytest.raises(ProjectError, match="not a valid function name"):
                invoke(function_app.third)

        @pytest.mark.parametrize("wrong", [None, len, object(), function_app.app])
        def test_no_function(invoke, wrong):
            with pytest.raises(FunctionNotFound, match="entry point of no function"):
                invoke(wrong)
        """
    )

    passed(result, 6)


def test_a_script_that_failed_leaves_nothing_to_the_next_try(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "config.py": """
                import os

                NAME = os.environ.get("NAME", "no name")
                DEBUG = os.environ.get("DEBUG", "no debug")
            """,
            "function_app.py": """
                import logging
                import os

                import azure.functions as func
                import config

                app = func.FunctionApp()
                os.environ.setdefault("DEBUG", "set by the script")
                logging.getLogger("mine").setLevel("ERROR")
                KEY = os.environ["KEY"]

                @app.route()
                def f(req):
                    return f"{KEY} {config.NAME} {config.DEBUG}"
            """,
        }
    )

    result = session.test(
        """
        import logging
        import os
        import pytest

        def test_without(invoke):
            with pytest.raises(KeyError):
                invoke("f")

        def test_between(azfunc_host):
            assert "DEBUG" not in os.environ
            assert logging.getLogger("mine").level == logging.NOTSET

        @pytest.mark.azfunc(settings={"KEY": "key", "NAME": "name"})
        def test_with(invoke):
            assert invoke("f").text == "key name no debug"
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 3)


SCRIPTS = {
    name: f"import azure.functions as func\napp = func.FunctionApp()\n@app.route()\ndef f(req): return '{name}'"
    for name in ("function_app.py", "shop.py", "other.py")
}


def test_the_scripts_name_is_a_setting_like_others(app: FunctionApp, session: Session) -> None:
    app.write(SCRIPTS)

    result = session.test(
        """
        import pytest
        from pytest_azfunc import Host

        def test_default(invoke):
            assert invoke("f").text == "function_app.py"

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.azfunc(settings={"PYTHON_SCRIPT_FILE_NAME": "shop.py"})
        def test_mark(invoke, azfunc_http, time):
            import shop
            assert invoke(shop.f).text == azfunc_http.get("/api/f").text == "shop.py"

        def test_environment(monkeypatch, request):
            monkeypatch.setenv("PYTHON_SCRIPT_FILE_NAME", "other.py")
            assert request.getfixturevalue("invoke")("f").text == "other.py"

        def test_a_host_of_ones_own():
            with Host.open("app", settings={"PYTHON_SCRIPT_FILE_NAME": "shop.py"}) as host:
                assert host.invoke("f").text == "shop.py"
        """
    )

    passed(result, 5)


def test_the_scripts_name_in_a_settings_file(sessions: Sessions) -> None:
    for script, *options in (
        ("shop.py",),
        ("other.py", "--azfunc-settings", "mine.json"),
        ("function_app.py", "--azfunc-settings", "none"),
    ):
        folder = sessions.add(script, *options)
        folder.app.write({**SCRIPTS, "local.settings.json": {"Values": {"PYTHON_SCRIPT_FILE_NAME": "shop.py"}}})
        code = f"""
            def test_it(invoke, azfunc_project):
                assert invoke("f").text == {script!r}
                assert azfunc_project.script.name == {script!r}

            def test_once_more(invoke):
                assert invoke("f").text == {script!r}
        """
        folder.write({"mine.json": '{"Values": {"PYTHON_SCRIPT_FILE_NAME": "other.py"}}', "test_it.py": code})

    for script, result in sessions.run().items():
        passed(result, 2, script)


def test_a_missing_setting_shows_nothing_of_the_environment(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": "import os\n\nURL = os.environ['ORDERS_URL']\n"})

    result = session.test("def test_it(invoke):\n    invoke('f')")

    result.stdout.fnmatch_lines(
        [">   URL = os.environ['ORDERS_URL']", "E   KeyError: 'ORDERS_URL'", "app/function_app.py:3: KeyError"]
    )
    assert "environ({" not in result.stdout.str()


def test_what_the_import_changes_is_there_for_every_host(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import logging
                import os

                import azure.functions as func

                app = func.FunctionApp()
                os.environ["SET_AT_IMPORT"] = "yes"
                logging.getLogger("shop").setLevel(logging.DEBUG)

                @app.route()
                def look(req):
                    logging.getLogger("shop").debug("seen")
                    return os.environ["SET_AT_IMPORT"]
            """
        }
    )

    result = session.test(
        """
        import os

        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(invoke, time):
            assert "SET_AT_IMPORT" not in os.environ or time == 2
            result = invoke("look")
            assert (result.text, result.logs.messages) == ("yes", ["seen"])

        def test_after():
            assert "SET_AT_IMPORT" not in os.environ
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 3)


CAUSES = {
    "@app.route()\ndef good(req): ...\n@app.function_name('bad')\ndef bad(): ...": (
        "ValueError: Function bad does not have a trigger. A valid function must have one and only one trigger registered."
    ),
    "import nothing_like_this": "ModuleNotFoundError: No module named 'nothing_like_this'",
}


def test_the_cause_and_then_what_azure_would_show(sessions: Sessions) -> None:
    for script in CAUSES:
        folder = sessions.add(script)
        start = "import azure.functions as func\napp = func.FunctionApp()"
        folder.app.write({"function_app.py": f"{start}\n{script}"})
        folder.write({"test_it.py": "def test_it(invoke):\n    invoke('good')"})

    for script, result in sessions.run().items():
        assert result.parseoutcomes() == {"failed": 1}, script
        lines = error_lines(result)
        assert lines[0] == CAUSES[script]
        assert "In Azure the worker indexes no function of the app then: 0 functions found." in lines[1], script


def test_our_own_errors_stand_alone(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": "import azure.functions as func\napi = [func.FunctionApp()]"})

    result = session.test("def test_it(invoke):\n    invoke('good')")

    assert error_lines(result) == [
        "pytest_azfunc.errors.FunctionLoadError: function_app.py has no function app at its top level. "
        "The one inside 'api' is not seen.",
        "  where:  app/function_app.py",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: write, for example: app = func.FunctionApp().",
        "  rule:   app-object-missing",
    ]


def test_an_object_of_an_app_that_cannot_be_indexed(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func
                app = func.FunctionApp()
                @app.route()
                def good(req): ...
                @app.route()
                def bad(req, more): ...
            """
        }
    )

    result = session.test("import function_app\ndef test_it(invoke):\n    invoke(function_app.good)")

    assert error_lines(result)[0] == (
        "pytest_azfunc.errors.AppIndexError: bad: the following parameters are declared in Python but not in the "
        "decorators: more."
    )


# Without it the route would be api//{*route}, which the host refuses.
NO_PREFIX = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}

ASGI = """
    import azure.functions as func

    EVENTS = []


    async def api(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                EVENTS.append(message["type"])
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


    app = func.AsgiFunctionApp(app=api, http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def test_asgi_lifespan_is_that_of_the_worker_process(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": ASGI, "host.json": NO_PREFIX})

    result = session.test(
        """
        import function_app
        from pytest_azfunc import http

        START, END = "lifespan.startup", "lifespan.shutdown"

        def test_first(invoke, azfunc_project):
            assert azfunc_project.functions["http_app_func"].http_type == "asgi"
            assert invoke("http_app_func", http("GET", "/x/y")).text == "/x/y"
            assert invoke("http_app_func", http("GET", "/z")).text == "/z"
            assert function_app.EVENTS == [START]

        def test_second(invoke):
            assert invoke("http_app_func", http("GET", "/x")).text == "/x"
            assert function_app.EVENTS == [START]

        def test_third(azfunc_host):
            azfunc_host.restart()
            assert function_app.EVENTS == [START, END]
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 3)


def test_wsgi(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": NO_PREFIX,
            "function_app.py": """
                import azure.functions as func

                def site(environ, start_response):
                    start_response("200 OK", [("Content-Type", "text/plain")])
                    return [environ["PATH_INFO"].encode()]

                app = func.WsgiFunctionApp(app=site)
            """,
        }
    )

    result = session.test(
        """
        from pytest_azfunc import http

        def test_it(invoke, azfunc_project):
            assert azfunc_project.functions["http_app_func"].http_type == "wsgi"
            assert invoke("http_app_func", http("GET", "/a%20b")).text == "/a b"
        """
    )

    passed(result, 1)


def test_what_cannot_be_encoded_is_named_as_the_worker_names_it(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": """
                import azure.functions as func

                app = func.FunctionApp()

                @app.route()
                def number(req):
                    return 5
            """
        }
    )
    shown = "http" if sys.version_info >= (3, 13) else "<class 'azure.functions.http.HttpResponseConverter'>"
    text = f'unable to encode outgoing TypedData: unsupported type "{shown}" for Python type "int"'

    result = session.test(
        f"""
        import pytest

        def test_it(invoke):
            with pytest.raises(TypeError) as raised:
                invoke("number")
            assert str(raised.value) == {text!r}
        """
    )

    passed(result, 1)
