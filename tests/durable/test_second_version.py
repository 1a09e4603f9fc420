"""Version 2 of the library is refused by name."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest

from pytest_azfunc import Host, UnsupportedFeature, activity, entity, orchestration
from tests.durable.durable_app import MakeHost

TEXT = (
    "version 2 of azure-functions-durable is not emulated by pytest-azfunc.",
    "  Azure:  the library and the host speak protobuf over gRPC.",
    "  remedy: test with azure-functions-durable>=1.3,<2, which runs the same orchestrators.",
)
TRIGGERS = {
    "activityTrigger": activity(1),
    "orchestrationTrigger": orchestration(1),
    "entityTrigger": entity("get"),
    "durableClient": None,
}


@pytest.mark.parametrize(("kind", "payload"), TRIGGERS.items(), ids=TRIGGERS)
def test_a_function_that_needs_it(kind: str, payload: object, tmp_path: Path) -> None:
    bindings = [{"type": kind, "direction": "in", "name": "value", "durableRequiresGrpc": True}]
    if payload is None:
        bindings.append({"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "q", "connection": "C"})
    script = "def main(value, msg=None): pass\n" if payload is not None else "def main(value, msg): pass\n"
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "Does").mkdir()
    (tmp_path / "Does" / "__init__.py").write_text(script.replace(", msg=None", ""))
    (tmp_path / "Does" / "function.json").write_text(json.dumps({"bindings": bindings}))

    with Host.open(tmp_path) as host, pytest.raises(UnsupportedFeature) as caught:
        host.invoke("Does", payload)

    assert tuple(str(caught.value).splitlines()[:3]) == (f"Does: {TEXT[0]}", *TEXT[1:])


def test_an_orchestrator_that_needs_it(tmp_path: Path) -> None:
    bindings = [{"type": "orchestrationTrigger", "direction": "in", "name": "context", "durableRequiresGrpc": True}]
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "Flow").mkdir()
    (tmp_path / "Flow" / "__init__.py").write_text("def main(context): pass\n")
    (tmp_path / "Flow" / "function.json").write_text(json.dumps({"bindings": bindings}))

    with Host.open(tmp_path) as host, pytest.raises(UnsupportedFeature, match="version 2"):
        host.durable.start("Flow")


def test_the_version_that_is_installed(open_host: MakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host = open_host("")
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "2.0.0rc3")

    with pytest.raises(UnsupportedFeature) as caught:
        _ = host.durable

    assert tuple(str(caught.value).splitlines()[:3]) == TEXT
