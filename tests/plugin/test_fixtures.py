"""The fixtures around an invocation: project, host, settings, logs, context, trigger."""

from __future__ import annotations

from tests.function_app import (
    FunctionApp,
    Session,
    Sessions,
    error_lines,
    passed,
    queue_out,
    queue_trigger,
    timer_trigger,
)


def test_azfunc_project(app: FunctionApp, session: Session) -> None:
    app.function("Store", "raise RuntimeError('not to be imported')", queue_trigger(), queue_out("out", "next"))
    app.write({"Broken/function.json": {"bindings": []}, "Broken/__init__.py": ""})

    result = session.test(
        """
        from pathlib import Path

        seen = []

        def test_it(azfunc_project):
            seen.append(azfunc_project)
            assert azfunc_project.root == Path("app").absolute()
            assert list(azfunc_project.functions) == ["Store"]
            assert list(azfunc_project.functions["STORE"].bindings) == ["msg", "out"]
            assert {name: error.rule for name, error in azfunc_project.errors.items()} == {"Broken": "bindings-missing"}

        def test_read_once(azfunc_project, azfunc_host):
            assert azfunc_project is azfunc_host.project is seen[0]
        """
    )

    passed(result, 2)


def test_azfunc_host_is_fresh_for_each_test_and_shared_within_it(app: FunctionApp, session: Session) -> None:
    app.function("Note", "import logging\ndef main(msg): logging.info('noted %s', msg.get_body().decode())")

    result = session.test(
        """
        import pytest
        from pytest_azfunc import BindingError, Host

        hosts = []

        @pytest.mark.parametrize("text", ["one", "two"])
        def test_it(invoke, azfunc_host, azfunc_logs, azfunc_project, text):
            hosts.append(azfunc_host)
            assert isinstance(azfunc_host, Host)
            assert list(azfunc_host.invocations) == []
            result = invoke("Note", text)
            assert list(azfunc_host.invocations) == [result]
            assert azfunc_logs.messages == azfunc_host.logs.messages == [f"noted {text}"]

        def test_closed_by_now():
            assert hosts[0] is not hosts[1]
            with pytest.raises(BindingError) as caught:
                hosts[0].invoke("Note")
            assert caught.value.rule == "host-closed"
        """
    )

    passed(result, 3)


def test_azfunc_settings(app: FunctionApp, session: Session) -> None:
    app.write({"local.settings.json": {"Values": {"FROM_FILE": "file", "TAKEN": "file"}}})
    app.function("Show", "import os\ndef main(msg): print([os.environ.get(n) for n in msg.get_json()])")

    result = session.test(
        """
        import os

        import pytest

        @pytest.fixture(autouse=True)
        def taken(monkeypatch):
            monkeypatch.setenv("TAKEN", "environment")

        def test_file_below_environment_below_test(invoke, azfunc_settings, capsys):
            azfunc_settings["MINE"] = "test"
            invoke("Show", ["FROM_FILE", "TAKEN", "MINE"])
            assert capsys.readouterr().out == "['file', 'environment', 'test']\\n"
            azfunc_settings["TAKEN"] = "test"
            del azfunc_settings["FROM_FILE"]
            invoke("Show", ["FROM_FILE", "TAKEN", "MINE"])
            assert capsys.readouterr().out == "[None, 'test', 'test']\\n"
            assert dict(azfunc_settings) == {"TAKEN": "test", "MINE": "test"}

        @pytest.mark.azfunc(settings={"TAKEN": "mark", "MARKED": "mark"})
        def test_mark(invoke, azfunc_settings, monkeypatch, capsys):
            monkeypatch.setenv("LATER", "monkeypatch")
            invoke("Show", ["FROM_FILE", "TAKEN", "MARKED", "MINE", "LATER"])
            assert capsys.readouterr().out == "['file', 'mark', 'mark', None, 'monkeypatch']\\n"

        @pytest.mark.azfunc(settings={"TAKEN": "mark", "MARKED": "mark"})
        def test_patched_by_who_ends_later(monkeypatch, invoke):
            for name in ("FROM_FILE", "TAKEN", "MARKED"):
                monkeypatch.setenv(name, "patched")
            monkeypatch.delenv("AzureWebJobsScriptRoot")

        def test_undone():
            assert not {"FROM_FILE", "MINE", "MARKED", "LATER", "AzureWebJobsScriptRoot"} & set(os.environ)
            assert os.environ["TAKEN"] == "environment"
        """,
    )

    passed(result, 4)


def test_secrets_are_not_shown(sessions: Sessions) -> None:
    for row, options in {"tested": ("-vv", "--showlocals"), "listed": ("--azfunc-list",)}.items():
        folder = sessions.add(row, *options)
        folder.app.write({"local.settings.json": {"Values": {"PASSWORD": "hunter2"}}})
        folder.app.function("Fails", "def main(msg): 1 / 0")
        folder.write({"test_it.py": "def test_it(invoke, azfunc_settings, azfunc_host): invoke('Fails')"})

    result, listed = sessions.run().values()

    assert result.parseoutcomes() == {"failed": 1}
    assert "PASSWORD" in result.stdout.str()
    assert "hunter2" not in result.stdout.str() + listed.stdout.str()


MISSED_SETTINGS = (
    "invoke('Reads')",
    "invoke('Imports')",
    "invoke('Behind')",
    "__import__('os').environ['ABSENT']",
    "azfunc_settings['ABSENT']",
    "azfunc_settings['PASSWORD'] = 'correct' + ' horse' + chr(0)",
    "assert azfunc_settings == {'PASSWORD': 'x', 'ABSENT': 'x'}",
    "assert {'PASSWORD': 'x', 'ABSENT': 'x'} == azfunc_settings",
)


def test_a_failure_shows_no_setting_of_the_environment(sessions: Sessions) -> None:
    for test in MISSED_SETTINGS:
        folder = sessions.add(test, "--azfunc-check", "-vvvl")
        folder.app.write({"local.settings.json": {"Values": {"PASSWORD": "hunter2"}}})
        folder.app.function("Reads", "import os\ndef main(msg): os.environ['ABSENT']")
        folder.app.function("Imports", "import os\nos.environ.pop('ABSENT')\ndef main(msg): pass")
        folder.app.function(
            "Behind",
            """
            import os
            def main(msg):
                try:
                    os.environ['ABSENT']
                except KeyError as error:
                    raise RuntimeError('no setting') from error
            """,
        )
        code = f"""
            import pytest

            @pytest.mark.azfunc(settings={{"KEY": "correct" + " horse"}})
            def test_it(invoke, azfunc_settings):
                azfunc_settings["TOKEN"] = "staple" + chr(33)
                {test}
        """
        folder.write({"test_it.py": code})

    for test, result in sessions.run().items():
        output = result.stdout.str()
        assert result.parseoutcomes() == {"passed": 2, "failed": 2}, test  # test_it, and the check of Imports
        assert "ABSENT" in output or "PASSWORD" in output, test
        assert not [secret for secret in ("hunter2", "correct horse", "staple!") if secret in output], test


def test_settings_are_compared_by_name(app: FunctionApp, session: Session) -> None:
    app.write({"local.settings.json": {"Values": {"A": "1", "B": "2"}}})

    result = session.test("def test_it(azfunc_settings): assert azfunc_settings == {'B': '3', 'C': '4'}")

    assert error_lines(result) == [
        "assert azfunc_settings == other settings, by name",
        "  only in the settings: A",
        "  not in the settings: C",
        "  another value: B",
    ]


def test_azfunc_context(app: FunctionApp, session: Session) -> None:
    app.function(
        "Retried",
        """
        def main(msg, context):
            retry, trace = context.retry_context, context.trace_context
            print(retry.retry_count, retry.max_retry_count, trace.trace_parent, trace.trace_state, dict(trace.attributes))
        """,
    )

    result = session.test(
        """
        from pathlib import Path

        from Retried import main

        TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

        def test_directly(azfunc_context, capsys):
            context = azfunc_context(
                "retried", invocation_id="7", trace_parent=TRACE, trace_state="a=1", attributes={"k": "v"},
                retry_count=2, max_retry_count=5,
            )
            assert (context.function_name, context.invocation_id) == ("Retried", "7")
            assert Path(context.function_directory) == Path("app/Retried").absolute()
            main(None, context)
            assert capsys.readouterr().out == f"2 5 {TRACE} a=1 {{'k': 'v'}}\\n"

        def test_passed_on(invoke, azfunc_context, capsys):
            context = azfunc_context(main, trace_parent=TRACE, retry_count=1, max_retry_count=3)
            result = invoke(main, context=context)
            assert capsys.readouterr().out == f"1 3 {TRACE}  {{}}\\n"
            assert result.context.invocation_id == context.invocation_id

        def test_without_a_function(azfunc_context):
            context = azfunc_context()
            assert (context.function_name, len(context.invocation_id)) == ("", 36)
        """
    )

    passed(result, 3)


def test_azfunc_trigger_builds_payloads_and_decodes_them(app: FunctionApp, session: Session) -> None:
    app.function("Store", "def main(msg): print(type(msg).__name__, msg.get_json(), msg.dequeue_count)")
    app.function("Nightly", "def main(timer): print(timer.past_due)", timer_trigger())

    result = session.test(
        """
        import azure.functions
        import pytest
        from Store import main

        from pytest_azfunc import BindingError, queue

        def test_direct_call(azfunc_trigger, capsys):
            message = azfunc_trigger.queue({"id": 7}, dequeue_count=3).decode("Store")
            assert isinstance(message, azure.functions.QueueMessage)
            main(message)
            main(queue({"id": 8}).decode(main))
            assert capsys.readouterr().out == "QueueMessage {'id': 7} 3\\nQueueMessage {'id': 8} 1\\n"

        def test_decoded_goes_to_invoke_too(azfunc_trigger, invoke, capsys):
            timer = azfunc_trigger.timer(past_due=True).decode("Nightly")
            invoke("Nightly", timer)
            assert capsys.readouterr().out == "True\\n"

        def test_all_builders(azfunc_trigger):
            import pytest_azfunc
            assert {name: getattr(pytest_azfunc, name) for name in vars(azfunc_trigger)} == vars(azfunc_trigger)
            assert {"batch", "blob", "generic", "http", "queue", "timer"} <= vars(azfunc_trigger).keys()

        def test_wrong_trigger(azfunc_trigger):
            with pytest.raises(BindingError) as caught:
                azfunc_trigger.timer().decode("Store")
            assert caught.value.rule == "payload-builder"

        def test_no_host_is_open():
            with pytest.raises(BindingError) as caught:
                queue("text").decode("Store")
            assert str(caught.value) == (
                "queue(...).decode() needs a function app, and no host is open.\\n"
                "  remedy: use the fixture azfunc_trigger (or invoke, azfunc_host), or Host.open(...).\\n"
                "  rule:   decode-without-host"
            )
        """
    )

    passed(result, 5)


def test_fixtures_in_fixtures_and_in_teardown(app: FunctionApp, session: Session) -> None:
    app.function("Note", "import logging\ndef main(msg): logging.info(msg.get_body().decode())")

    result = session.test(
        """
        import pytest

        @pytest.fixture
        def order(invoke, azfunc_logs):
            invoke("Note", "set up")
            yield azfunc_logs
            invoke("Note", "torn down")
            assert azfunc_logs.messages == ["set up", "tested", "torn down"]

        def test_it(order, invoke):
            invoke("Note", "tested")

        class TestCase:
            @pytest.fixture(autouse=True)
            def prepared(self, invoke):
                self.invoke = invoke

            def test_method(self):
                assert self.invoke("Note", "here").logs.messages == ["here"]
        """
    )

    passed(result, 2)


def test_the_hook_that_sees_invocations(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")
    app.function("Fails", "def main(msg): 1 / 0")
    session.write(
        {
            "conftest.py": """
                seen = []

                def pytest_azfunc_invoked(invocation):
                    seen.append((invocation.function, type(invocation.exception).__name__))

                def pytest_terminal_summary(terminalreporter):
                    terminalreporter.line(f"seen {seen}")
            """
        }
    )

    result = session.test("def test_it(invoke): invoke('Works'); invoke('Fails', check=False)")

    passed(result, 1)
    result.stdout.fnmatch_lines(["seen [('Works', 'NoneType'), ('Fails', 'ZeroDivisionError')]"])


def test_the_hook_that_adds_binding_types(app: FunctionApp, session: Session) -> None:
    acme = {"type": "acmeTrigger", "direction": "in", "name": "event"}
    app.function("Acme", "def main(event): print(event)", acme)
    session.write({"conftest.py": "def pytest_azfunc_binding_types(config): return ['acmeTrigger']"})

    result = session.test(
        """
        from pytest_azfunc import generic

        def test_it(invoke, capsys):
            invoke("Acme", generic("boom"))
            assert capsys.readouterr().out == "boom\\n"
        """
    )

    passed(result, 1)


def test_the_hook_can_add_a_record(app: FunctionApp, session: Session) -> None:
    acme = {"type": "acmeTrigger", "direction": "in", "name": "event"}
    app.function(
        "Acme", "def main(event, note): note.set(event)", acme, {"type": "acme", "direction": "out", "name": "note"}
    )
    session.write(
        {
            "conftest.py": """
                from pytest_azfunc import BindingType, generic

                def reading(value, occasion):
                    return generic({"reading": value}, metadata={"Device": "acme-1"})

                def pytest_azfunc_binding_types(config):
                    return ["acme", BindingType("acmeTrigger", payload=reading)]
            """
        }
    )

    result = session.test(
        """
        def test_it(invoke):
            result = invoke("Acme", 7)
            assert result.outputs["note"].json() == {"reading": 7}
            assert result.request.trigger_metadata["Device"].value == "acme-1"
        """
    )

    passed(result, 1)


def test_a_name_that_no_fixture_has(session: Session) -> None:
    """pytest lists the fixtures that there are, and a new user looks for those of the plugin among them."""
    result = session.test("def test_it(azfunc_hosts): pass")

    assert "azfunc_host, azfunc_http," in " ".join(line.strip("E> ") for line in result.outlines)


def test_a_name_that_another_fixture_has(session: Session) -> None:
    result = session.test(
        """
        import pytest

        @pytest.fixture
        def azfunc_own():
            return 7

        @pytest.mark.parametrize("azfunc_value", [7])
        def test_it(azfunc_own, azfunc_value, request):
            assert azfunc_own == azfunc_value
            assert not request.config.pluginmanager.has_plugin("azfunc-fixtures")
        """
    )

    passed(result, 1)
