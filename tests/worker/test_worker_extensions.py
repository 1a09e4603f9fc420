"""Worker extensions of the SDK: called by Azure's worker for Python 3.12 and older, and so here."""

from __future__ import annotations

import sys

import pytest

from tests.function_app import FunctionApp, Session, passed

EXTENSION = """
    from azure.functions import AppExtensionBase, FuncExtensionBase

    class Counts(AppExtensionBase):
        @classmethod
        def post_function_load_app_level(cls, function_name, function_directory, *args, **kwargs):
            print("loaded", function_name)

        @classmethod
        def pre_invocation_app_level(cls, logger, context, func_args={}, *args, **kwargs):
            logger.info("before %s %s", context.function_name, sorted(func_args))

        @classmethod
        def post_invocation_app_level(cls, logger, context, func_args={}, func_ret=None, *args, **kwargs):
            logger.info("after %s", func_ret)

    class Fails(AppExtensionBase):
        @classmethod
        def pre_invocation_app_level(cls, logger, context, func_args={}, *args, **kwargs):
            raise ValueError("broken extension")

    class OfOne(FuncExtensionBase):
        def __init__(self, file):
            super().__init__(file)

        def pre_invocation(self, logger, context, func_args={}, *args, **kwargs):
            logger.info("own before")

        def post_invocation(self, logger, context, func_args={}, func_ret=None, *args, **kwargs):
            logger.info("own after")
"""
IS_CALLED = sys.version_info < (3, 13)
CALLED = ["own before", "before Works ['msg']", "broken extension", "main", "after None", "own after"]


@pytest.fixture
def extended(app: FunctionApp) -> FunctionApp:
    app.write({"shared/__init__.py": "", "shared/extensions.py": EXTENSION})
    for name, keyword in (("Works", ""), ("Async", "async ")):
        own = "\nextensions.OfOne(__file__)" if name == "Works" else ""
        body = "import logging\nfrom shared import extensions" + own
        app.function(name, f"{body}\n{keyword}def main(msg): logging.info('main')")
    app.function("Fails", "from shared import extensions\ndef main(msg): 1 / 0")
    return app


@pytest.mark.usefixtures("extended")
def test_hooks_around_an_invocation(session: Session) -> None:
    result = session.test(
        f"""
        import pytest

        def test_sync(invoke, capsys):
            result = invoke("Works")
            assert result.logs.messages == {CALLED if IS_CALLED else ["main"]}
            assert capsys.readouterr().out == {"loaded Works" + chr(10) if IS_CALLED else ""!r}
            assert result.logs.at("ERROR").messages == {["broken extension"] if IS_CALLED else []}

        def test_async(invoke):
            called = {["before Async ['msg']", "broken extension", "main", "after None"] if IS_CALLED else ["main"]}
            assert invoke("Async").logs.messages == called

        def test_none_after_a_failure(invoke):
            result = invoke("Fails", check=False)
            assert isinstance(result.exception, ZeroDivisionError)
            assert result.logs.messages == {["before Fails ['msg']", "broken extension"] if IS_CALLED else []}

        @pytest.mark.azfunc(settings={{"PYTHON_ENABLE_WORKER_EXTENSIONS": "false"}})
        def test_switched_off(invoke):
            assert invoke("Works").logs.messages == ["main"]
        """
    )

    passed(result, 4)


def test_another_app_does_not_see_them(extended: FunctionApp, session: Session) -> None:
    other = FunctionApp(extended.root.parent / "other")
    other.function("Plain", "import logging\ndef main(msg): logging.info('plain')")
    result = session.test(
        """
        from pytest_azfunc import Host

        def test_both():
            with Host.open("app") as app, Host.open("other") as other:
                app.invoke("Async")
                assert other.invoke("Plain").logs.messages == ["plain"]
        """
    )

    passed(result, 1)


def test_in_a_decorator_app(app: FunctionApp, session: Session) -> None:
    script = """
        import logging
        import azure.functions as func
        from extensions import Counts

        app = func.FunctionApp()

        @app.queue_trigger(arg_name="msg", queue_name="orders", connection="Storage")
        def Works(msg: func.QueueMessage):
            logging.info("main")
    """
    app.write({"function_app.py": script, "extensions.py": EXTENSION.partition("    class Fails")[0]})
    result = session.test(
        f"""
        def test_it(invoke):
            assert invoke("Works").logs.messages == {["before Works ['msg']", "main", "after None"] if IS_CALLED else ["main"]}
        """
    )

    passed(result, 1)
