"""Requests of an app's own clients, in a pytest session: what is shown, and how a test says that it means them."""

from __future__ import annotations

import pytest

from tests.app.sdk_clients import FILE_SETTINGS
from tests.function_app import FunctionApp, Session, error_lines, http_out, http_trigger, passed

ASK = """
import requests

def main(msg):
    requests.get("https://live.dead.azfunc.invalid/")
"""
BLOB = """
import os
from azure.storage.blob import BlobClient

def main(msg):
    client = BlobClient.from_connection_string(os.environ["AzureWebJobsStorage"], "c", "b")
    client.upload_blob(b"x")
"""
TEXT = [
    "pytest_azfunc.errors.UnsupportedFeature: Ask: requests sends a request to dead.azfunc.invalid, which stands for the live address in a setting. "
    "No such request leaves a test.",
    "  where:  app/Ask/__init__.py:5",
    "  Azure:  the request is answered.",
    "  remedy: replace the client in the test, with monkeypatch. Where a real service is meant, give its address in "
    "@pytest.mark.azfunc(settings=...), azfunc_settings or the environment.",
    "  rule:   sdk-request",
]
# Nothing is connected, whatever becomes of the test.
CONFTEST = """
import pytest, socket

class Reached(Exception): pass

@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def connect(*_):
        raise Reached
    monkeypatch.setattr(socket.socket, "connect", connect)
"""


def test_the_report_ends_at_the_line_of_the_app(app: FunctionApp, session: Session) -> None:
    app.function("Ask", ASK)
    result = session.test("def test_it(invoke):\n    invoke('Ask', 'x')")

    assert [line.rstrip() for line in error_lines(result)] == TEXT
    shown = [line for line in result.outlines if line.startswith((">", "app/", "test_it.py:"))]
    assert shown == [
        ">       invoke('Ask', 'x')",
        "test_it.py:2: ",
        '>       requests.get("https://live.dead.azfunc.invalid/")',
        "app/Ask/__init__.py:5: UnsupportedFeature",
    ]


def test_a_module_of_the_app_that_asks_while_a_test_file_is_imported(app: FunctionApp, session: Session) -> None:
    app.function("Ask", "import requests\nrequests.get('https://dead.azfunc.invalid/')\ndef main(msg): pass")
    result = session.test("from Ask import main\nfrom pytest_azfunc import queue\ndef test_it(): pass")

    result.assert_outcomes(errors=1)
    assert error_lines(result)[1] == "  where:  app/Ask/__init__.py:2"


def test_the_check_cannot_tell(app: FunctionApp, session: Session) -> None:
    app.function("Ask", "import requests\nrequests.get('https://dead.azfunc.invalid/')\ndef main(msg): pass")
    result = session.run("--azfunc-check", "-rs")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*requests sends a request to dead.azfunc.invalid*"])


def test_what_a_test_gives(app: FunctionApp, session: Session) -> None:
    pytest.importorskip("azure.storage.blob")
    emulator = FILE_SETTINGS["AzureWebJobsStorage"]
    app.write({"local.settings.json": {"Values": {"AzureWebJobsStorage": emulator}}})
    app.function("Blob", BLOB)
    session.write({"conftest.py": CONFTEST})
    result = session.test(
        f"""
        import pytest

        GIVEN = {{"AzureWebJobsStorage": {emulator!r}}}

        def asks(invoke):
            return type(invoke("Blob", "x", check=False).exception).__name__

        def test_nothing(invoke):
            assert asks(invoke) == "UnsupportedFeature"

        @pytest.mark.azfunc(settings=GIVEN)
        def test_mark(invoke, azfunc_host):
            assert asks(invoke) == "Reached"
            azfunc_host.restart()
            assert asks(invoke) == "Reached"

        def test_fixture(invoke, azfunc_settings):
            azfunc_settings.update(GIVEN)
            assert asks(invoke) == "Reached"

        def test_environment(invoke, monkeypatch):
            monkeypatch.setenv(*GIVEN.popitem())
            assert asks(invoke) == "Reached"

        def test_nothing_once_more(invoke, azfunc_host):
            assert asks(invoke) == "UnsupportedFeature"
            azfunc_host.restart()
            assert asks(invoke) == "UnsupportedFeature"
        """
    )
    passed(result, 5)


def test_on_the_threads_of_a_live_server(app: FunctionApp, session: Session) -> None:
    app.function("Ask", ASK.replace("msg", "req"), http_trigger(), http_out())
    result = session.test(
        """
        import urllib.error, urllib.request
        from pytest_azfunc import UnsupportedFeature

        def test_it(azfunc_live_server, azfunc_host):
            try:
                urllib.request.urlopen(azfunc_live_server.url + "/api/Ask")
            except urllib.error.HTTPError as error:
                assert error.code == 500
                error.close()
            azfunc_host.failures.expect(UnsupportedFeature)
        """
    )
    passed(result, 1)


def test_nobody_notices_it_in_the_background(app: FunctionApp, session: Session) -> None:
    """A thread that outlives its call is told as well, by the message alone."""
    app.function(
        "Starts",
        """
        import threading, requests
        threads = []
        def ask():
            requests.get("https://dead.azfunc.invalid/")
        def main(msg):
            threads.append(threading.Thread(target=ask))
            threads[0].start()
        """,
    )
    result = session.test(
        """
        import pytest
        @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
        def test_it(invoke):
            import threading
            told = []
            threading.excepthook = lambda args: told.append(str(args.exc_value))
            invoke("Starts", "x")
            import Starts
            Starts.threads[0].join()
            threading.excepthook = threading.__excepthook__
            assert told[0].startswith("the app's code sends a request to dead.azfunc.invalid")
        """
    )
    passed(result, 1)
