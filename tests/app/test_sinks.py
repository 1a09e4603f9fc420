"""Outputs of binding types that have no store of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import BindingError, BindingType, Host, Project, StoreError
from pytest_azfunc.host.bindings.catalogue import Catalogue
from tests.function_app import FunctionApp, http_out, http_trigger, queue_out, queue_trigger

PASS_ON = """
    import json

    def main(msg, out):
        out.set(json.loads(msg.get_body()))
"""


def out(type: str, **properties: Any) -> dict[str, Any]:
    return {"type": type, "direction": "out", "name": "out", **properties}


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    app = FunctionApp(tmp_path)
    app.function("Mail", PASS_ON, queue_trigger(), out("sendGrid", apiKey="Key", to="{customer}", subject="%SUBJECT%"))
    app.function("Other", PASS_ON, queue_trigger(queue="other"), out("SENDGRID", apiKey="Key"))
    app.function("Publish", PASS_ON, queue_trigger(queue="topics"), out("daprPublish", topic="t", pubSubName="bus"))
    app.function("Hub", PASS_ON, queue_trigger(queue="hub"), out("signalR", hubName="chat", connection="C"))
    return app


@pytest.fixture
def host(app: FunctionApp) -> Iterator[Host]:
    with Host.open(app.root, settings={"SUBJECT": "receipt"}) as opened:
        yield opened


def test_what_was_sent_can_be_looked_at(host: Host) -> None:
    mail = {"customer": "ada@example.com", "content": "é"}
    host.queue("orders").put(mail)
    host.drain()
    (sent,) = host.sink("sendGrid").messages
    assert (sent.json(), sent.function, sent.name) == (mail, "Mail", "out")
    assert (sent.properties["TO"], sent.properties["subject"]) == ("ada@example.com", "receipt")
    assert sent.body.decode() == sent.text == '{"customer": "ada@example.com", "content": "\\u00e9"}'
    assert repr(sent).startswith("<output out of Mail: ")


def test_outputs_of_one_type_are_together_whoever_sets_them(host: Host) -> None:
    host.invoke("Other", {"n": 1})
    host.invoke("Mail", {"customer": "c", "n": 2})
    sink = host.sink("SendGrid")
    assert [(message.function, message.json()["n"]) for message in sink.messages] == [("Other", 1), ("Mail", 2)]
    assert (len(sink), repr(sink)) == (2, "<Sink sendgrid: 2 outputs>")
    sink.clear()
    assert sink.messages == []


def test_each_type_has_its_own(host: Host) -> None:
    host.invoke("Publish", {"n": 1})
    host.invoke("Hub", {"target": "say"})
    assert [message.json() for message in host.sink("daprPublish").messages] == [{"n": 1}]
    (said,) = host.sink("signalr").messages
    assert (said.json(), said.properties["hubName"]) == ({"target": "say"}, "chat")
    assert host.sink("twilioSms").messages == []


def test_what_a_failed_function_has_set_is_not_sent(app: FunctionApp) -> None:
    script = "def main(msg, out):\n    out.set('x')\n    raise ValueError('no')"
    app.function("Mail", script, queue_trigger(), out("sendGrid", apiKey="Key"))
    with Host.open(app.root) as host:
        host.invoke("Mail", "x", check=False)
        assert host.sink("sendGrid").messages == []


def test_a_mail_that_is_sent_twice_is_found(host: Host) -> None:
    with pytest.raises(AssertionError) as caught:
        host.assert_idempotent("Other", {"n": 1})
    assert str(caught.value).splitlines()[1:] == ["  sink sendGrid: once more '{\"n\": 1}'"]


def test_it_outlasts_a_restart_and_no_host(app: FunctionApp, host: Host) -> None:
    host.invoke("Other", {"n": 1})
    host.restart()
    assert len(host.sink("sendGrid")) == 1
    with Host.open(app.root) as other:
        assert other.sink("sendGrid").messages == []
    with pytest.raises(BindingError, match="the host is closed"):
        other.sink("sendGrid")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("sendgird", "no output has the binding type 'sendgird'. Did you mean 'sendGrid'?"),
        ("queueTrigger", "no output has the binding type 'queueTrigger'."),
        ("", "no output has the binding type ''."),
        (7, "no output has the binding type 7."),
        ("Queue", "outputs of the type 'queue' are kept elsewhere."),
        ("http", "outputs of the type 'http' are kept elsewhere."),
    ],
)
def test_types_without_a_sink(host: Host, name: Any, problem: str) -> None:
    with pytest.raises(StoreError) as caught:
        host.sink(name)
    assert caught.value.problem == problem


def test_where_else_they_are(host: Host) -> None:
    with pytest.raises(StoreError, match=r"look at azfunc_host\.service_bus\(\.\.\.\)"):
        host.sink("serviceBus")
    with pytest.raises(StoreError, match=r"look at the response: result\.http"):
        host.sink("http")


def test_a_type_that_a_hook_adds_has_one(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Pass", PASS_ON, queue_trigger(), out("acmeNote"))
    types = Catalogue(["acmeNote"])
    project = Project.read(str(app.root), binding_types=types.contributed)
    with Host(project, types=types).begin() as host:
        host.invoke("Pass", {"n": 1})
        assert [message.json() for message in host.sink("ACMENOTE").messages] == [{"n": 1}]


def test_a_type_whose_store_nobody_makes(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Pass", PASS_ON, queue_trigger(), out("acmeNote"))
    types = Catalogue([BindingType("acmeNote", store="notes")])
    project = Project.read(str(app.root), binding_types=types.contributed)
    with Host(project, types=types).begin() as host:
        error = host.invoke("Pass", {"n": 1}, check=False).exception
        assert isinstance(error, StoreError)
        assert error.problem == "there is no store 'notes'. Stores of hooks: none."


def test_functions_that_answer_use_no_store(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Answer", "def main(req): return 'hello'", http_trigger(), http_out())
    app.function("Send", "def main(req): return 'hello'", http_trigger(), queue_out("$return", "q"))
    with Host.open(app.root) as host:
        host.http.get("/api/Answer")
        assert not host.has_stores
        host.http.get("/api/Send")
        assert host.has_stores
