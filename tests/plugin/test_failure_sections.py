"""How the invocations of a failed test are shown: in colour, in lines that fit, ten at most, no log record twice."""

from __future__ import annotations

from tests.function_app import FunctionApp, Session, Sessions, http_out, http_trigger, section

LOUD = """
import logging

def main(msg):
    logging.warning("careful with %s", msg.get_body().decode())
    if msg.get_body() == b"bad":
        raise ValueError("no")
"""


def shown(lines: list[str]) -> list[str]:
    return [line.partition(" (")[0] for line in lines if line[:1].isdigit()]


def test_ten_invocations_at_most_and_the_failed_ones_among_them(app: FunctionApp, session: Session) -> None:
    app.function("Loud", LOUD)

    result = session.test(
        """
        def test_it(invoke):
            for n in range(25):
                invoke("Loud", "bad" if n == 3 else str(n), check=False)
            assert False
        """
    )

    lines = section(result, "azfunc invocations (call)")
    assert lines[0] == "10 of 25 invocations; azfunc_host.invocations has them all"
    assert shown(lines[1:]) == [f"{number}. Loud" for number in (4, *range(17, 26))]


def test_a_log_record_is_shown_once(sessions: Sessions) -> None:
    test = """
        import logging

        def test_it(invoke, caplog):
            logging.warning("of the test")
            invoke("Loud", "7")
            assert "careful with 7" in caplog.text
            assert False
    """
    rows = {
        "plain": ((), ()),
        "xdist": (("-n", "1"), ("xdist",)),
        "only logs": (("--show-capture=log",), ()),
        "formatted": (("--log-format=%(levelname)s %(message)s", "--log-level=DEBUG"), ()),
        "no logging": (("-p", "no:logging"), ()),
    }
    for row, (options, plugins) in rows.items():
        folder = sessions.add(row, *options, plugins=plugins)
        folder.app.function("Loud", LOUD)
        folder.write(
            {"test_it.py": test if row != "no logging" else test.replace(", caplog", "").replace("caplog", "''")}
        )

    for row, result in sessions.run().items():
        output = result.stdout.str()
        assert result.parseoutcomes() == {"failed": 1}, row
        if row == "no logging":
            continue
        assert output.count("careful with 7") == 1 + output.count('assert "careful with 7"'), row
        assert "of the test" in "".join(section(result, "Captured log call")), row


def test_a_captured_log_that_is_ours_alone_is_no_section(app: FunctionApp, session: Session) -> None:
    app.function("Loud", LOUD)

    result = session.test(
        "def test_it(invoke):\n    invoke('Loud', 'bad')\n", "--junitxml=it.xml", "-o", "junit_logging=log"
    )

    assert "Captured log" not in result.stdout.str()
    assert "careful with bad" in (session.pytester.path / "it.xml").read_text()  # where only the captured log is


def test_rows_hang_below_their_beginning(sessions: Sessions) -> None:
    for columns in (80, 160):
        folder = sessions.add(columns, environment={"COLUMNS": str(columns)})
        folder.app.function("Loud", LOUD)
        folder.write({"test_it.py": "def test_it(invoke):\n    invoke('Loud', 'two words ' * 16)\n    assert False\n"})

    for columns, result in sessions.run().items():
        lines = section(result, "azfunc invocations (call)")[1:]
        assert max(map(len, lines)) <= columns
        assert lines[0].startswith("   in   msg: string 'two words two")
        assert lines[1].startswith("          two words")
        logs = [number for number, line in enumerate(lines) if line.startswith("   log  WARNING  root: careful")]
        assert lines[logs[0] + 1].startswith("          ")


def test_colours(sessions: Sessions) -> None:
    for row in (("--color=yes",), ("--color=yes", "-n", "1"), ("--color=no",)):
        folder = sessions.add(row, *row, plugins=("xdist",))
        folder.app.function("Loud", LOUD)
        folder.write({"test_it.py": "def test_it(invoke):\n    invoke('Loud', 'bad')\n"})

    plain, *coloured = reversed(sessions.run().values())

    assert "\33[" not in plain.stdout.str()
    for result in coloured:
        lines = result.outlines
        start = next(number for number, line in enumerate(lines) if "azfunc invocations" in line)
        heading, payload, raised, log = lines[start + 1 : start + 5]
        assert heading.startswith("1. \33[1mLoud\33[0m (")
        assert payload == "   \33[36min\33[0m   msg: string 'bad'"
        assert raised == "   \33[31m\33[1mraised ValueError: no\33[0m"
        assert log == "   \33[33mlog  WARNING  root: careful with bad\33[0m"


def test_what_logs_cannot_fake(app: FunctionApp, session: Session) -> None:
    app.function(
        "Answer", "import logging\ndef main(req):\n    logging.error('a\\n\\33[31mb')\n", http_trigger(), http_out()
    )

    result = session.test("def test_it(invoke): invoke('Answer')", "--color=yes")

    assert "\33[31mb" not in result.stdout.str()
