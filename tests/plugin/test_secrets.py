"""No value of a setting is shown, whatever fails and with whatever options: 1,000 of them are planted and looked for.

What a test itself prints or compares is the test's own affair, and not in these tables.
"""

from __future__ import annotations

import json
import os
import re
from textwrap import dedent, indent

import pytest

from pytest_azfunc import AzfuncError, Host, Project
from tests.function_app import FunctionApp, Session, http_out, http_trigger, queue_trigger, timer_trigger

PLANTED = re.compile(r"planted-[a-z]+-\d+")
VALUES = {f"SECRET_{number:04}": f"planted-value-{number:04}" for number in range(1000)}
LONG = bool(os.environ.get("AZFUNC_LONG"))

# Bodies of tests, with the fixtures that they use. Each fails, or makes a report in which settings might appear.
FAILURES: dict[str, tuple[str, str]] = {
    # The environment itself
    "environ": ("invoke", "os.environ['ABSENT']"),
    "environ pop": ("invoke", "os.environ.pop('ABSENT')"),
    "environ del": ("invoke", "del os.environ['ABSENT']"),
    "environ set": ("invoke", "os.environ['NAME'] = 5"),
    "environ set none": ("invoke", "os.environ['NAME'] = None"),
    "environ set a wrong name": ("invoke", "os.environ['A=B'] = 'x'"),
    "environ set a NUL": ("invoke", "os.environ['NAME'] = 'a\\0b'"),
    "environ update": ("invoke", "os.environ.update({'NAME': 5})"),
    "environ setdefault": ("invoke", "os.environ.setdefault('NAME', 5)"),
    "environ or": ("invoke", "os.environ |= {'NAME': 5}"),
    "environ copy": ("invoke", "os.environ.copy(5)"),
    "environb": ("invoke", "os.environb[b'ABSENT']"),
    "environb set": ("invoke", "os.environb['NAME'] = b'x'"),
    "environb pop": ("invoke", "os.environb.pop(b'ABSENT')"),
    "putenv": ("invoke", "os.putenv('NAME', 5)"),
    "attribute": ("invoke", "os.environ.absent"),
    # What holds it in a frame of its own
    "a parameter": ("invoke", "def load(env): return env['ABSENT']\nload(os.environ)"),
    "a default": ("invoke", "def load(env=os.environ): return env['ABSENT']\nload()"),
    "a local": ("invoke", "env = os.environ\nassert not env"[:16] + "\nraise ValueError"),
    "template": ("invoke", "import string\nstring.Template('$ABSENT').substitute(os.environ)"),
    "json": ("invoke", "import json\njson.dumps(os.environ)"),
    "pickle": ("invoke", "import copy\ncopy.deepcopy([os.environ, (x for x in ())])"),
    "chain map": ("invoke", "import collections\ncollections.ChainMap(os.environ, {})['ABSENT']"),
    "configparser": ("invoke", "import configparser\nconfigparser.RawConfigParser(os.environ).get('DEFAULT', 'absent')"),
    "expandvars": ("invoke", "os.path.expandvars(5)"),
    "subprocess": ("invoke", "import subprocess\nsubprocess.run(['false'], check=True, env=os.environ)"),
    "subprocess copy": ("invoke", "import subprocess\nsubprocess.run(['false'], check=True, env={**os.environ, 'A': '1'})"),
    "no program": ("invoke", "import subprocess\nsubprocess.run(['/absent/program'], env=os.environ)"),
    "no folder": ("invoke", "import subprocess\nsubprocess.run(['true'], cwd='/absent', env={**os.environ})"),
    # pytest's and mock's own ways
    "delenv": ("monkeypatch, invoke", "monkeypatch.delenv('ABSENT')"),
    "setenv": ("monkeypatch, invoke", "monkeypatch.setenv('A=B', 'x')"),
    "setitem": ("monkeypatch, invoke", "monkeypatch.setitem(os.environ, 'NAME', 5)"),
    "delitem": ("monkeypatch, invoke", "monkeypatch.delitem(os.environ, 'ABSENT')"),
    "setattr": ("monkeypatch, invoke", "monkeypatch.setattr(os.environ, 'absent', 5)"),
    "setenv, then an error": ("monkeypatch, invoke", "monkeypatch.setenv('A', '1')\nraise ValueError"),
    "patch.dict": ("invoke", "with mock.patch.dict(os.environ, {'A': '1'}): raise ValueError"),
    "patch.dict, wrong": ("invoke", "with mock.patch.dict(os.environ, {'A': 5}): pass"),
    "patch.dict, cleared": ("invoke", "with mock.patch.dict(os.environ, {'A': '1'}, clear=True): os.environ['SECRET_0001']"),
    "patch.dict, decorator": ("invoke", "@mock.patch.dict(os.environ, {'A': '1'})\ndef inner(): raise ValueError\ninner()"),
    "patch.dict, wrong decorator": ("invoke", "@mock.patch.dict(os.environ, {'A': 5})\ndef inner(): pass\ninner()"),
    "patch.dict by name": ("invoke", "with mock.patch.dict('os.environ', {'A': 5}): pass"),
    "patch.object": ("invoke", "with mock.patch.object(os, 'environ', {'A': '1'}): os.environ['ABSENT']"),
    "patch": ("invoke", "with mock.patch('os.environ', {'A': '1'}): invoke('Fails')"),
    # azfunc_settings
    "settings get": ("azfunc_settings", "azfunc_settings['ABSENT']"),
    "settings set": ("azfunc_settings", "azfunc_settings['NAME'] = 5"),
    "settings set a NUL": ("azfunc_settings", "azfunc_settings['NAME'] = plant('set', 1) + chr(0)"),
    "settings set a wrong name": ("azfunc_settings", "azfunc_settings['A=' + plant('set', 2)] = '1'"),
    "settings del": ("azfunc_settings", "del azfunc_settings['ABSENT']"),
    "settings pop": ("azfunc_settings", "azfunc_settings.pop('ABSENT')"),
    "settings update": ("azfunc_settings", "azfunc_settings.update({'GOOD': plant('set', 3), 'NAME': 5})"),
    "settings update, NUL": ("azfunc_settings", "azfunc_settings.update({'NAME': plant('set', 4) + chr(0)})"),
    "settings update by name": ("azfunc_settings", "azfunc_settings.update(GOOD=plant('set', 5), NAME=5)"),
    "settings setdefault": ("azfunc_settings", "azfunc_settings.setdefault('NAME', 5)"),
    "settings compared": ("azfunc_settings", "assert azfunc_settings == {'SECRET_0001': 'x'}"),
    "settings are none": ("azfunc_settings", "assert azfunc_settings is None"),
    "settings are in": ("azfunc_settings", "assert 'ABSENT' in azfunc_settings"),
    "settings' items": ("azfunc_settings", "assert azfunc_settings.items() is None"),
    "settings' values": ("azfunc_settings", "assert azfunc_settings.values() is None"),
    "settings patched": ("azfunc_settings", "with mock.patch.dict(azfunc_settings, {'A': 5}): pass"),
    "settings patched, then an error": ("azfunc_settings", "with mock.patch.dict(azfunc_settings, {'A': '1'}): raise ValueError"),
    # Functions
    "a function": ("invoke", "invoke('Fails')"),
    "a function that reads": ("invoke", "invoke('Reads')"),
    "a function that reads, within": ("invoke", "invoke('ReadsWithin')"),
    "an async function that reads": ("invoke", "invoke('ReadsAsync')"),
    "a cause": ("invoke", "invoke('Behind')"),
    "a group": ("invoke", "invoke('Groups')"),
    "a note": ("invoke", "invoke('Notes')"),
    "lines of a value": ("invoke", "invoke('Lines')"),
    "what was invoked": ("invoke", "invoke('Says')"),
    "what came out": ("invoke", "invoke('Returns')\n1 / 0"),
    "an import": ("invoke", "invoke('Imports')"),
    "an import in a test": ("invoke", "import Imports"),
    "a patched function": ("invoke", "invoke('PatchesDict')"),
    "no function": ("invoke", "invoke('Nothing')"),
    "a wrong payload": ("invoke", "invoke('Fails', object())"),
    "a wrong binding": ("invoke", "invoke('Fails', 'x', absent=1)"),
    "a result": ("invoke", "assert invoke('Works') is None"),
    "a host": ("azfunc_host", "assert azfunc_host is None"),
    "a project": ("azfunc_project", "assert azfunc_project is None"),
    "logs": ("invoke", "assert 'absent' in invoke('Works').logs"),
    "a request": ("azfunc_http", "azfunc_http.get('/api/Answers')"),
    "a refused request": ("azfunc_http", "assert azfunc_http.get('/api/absent').status_code == 200"),
    "a request, as in Azure": ("azfunc_host", "azfunc_host.raise_exceptions = False\nassert azfunc_host.http.get('/api/Answers').ok"),
    "a request with requests": ("azfunc_host", "import requests\nrequests.get(azfunc_host.url + '/api/Answers')"),
    "a live server": ("azfunc_live_server", "import requests\nassert requests.get(azfunc_live_server.url + '/api/Answers').ok"),
    "another host": ("invoke", "from pytest_azfunc import Host\nHost.open('app', settings={'A': plant('host', 1), 'B': 5})"),
    "another host, a wrong name": ("invoke", "from pytest_azfunc import Host\nHost.open('app', settings={'A=' + plant('host', 2): '1'})"),
    "a restart": ("azfunc_host", "azfunc_host.restart()\nazfunc_host.invoke('Fails')"),
    "a fixture": ("broken_by_environment", "pass"),
    "a fixture's end": ("broken_at_its_end", "pass"),
    "a fixture's patch": ("broken_by_a_patch", "pass"),
    "a chain of errors": ("invoke", "try: os.environ['ABSENT']\nexcept KeyError as error: raise RuntimeError from error"),
    "an error while an error": ("invoke", "try: os.environ['ABSENT']\nexcept KeyError: azfunc_absent"),
    "too deep": ("invoke", "def deep(env): return deep(env)\ndeep(os.environ)"),
    "a subtest of unittest": ("invoke", "import unittest\nunittest.TestCase().assertEqual(os.environ.get('ABSENT'), 'x')"),
    "an async test": ("ainvoke", "import asyncio\nasync def go(): await ainvoke('ReadsAsync')\nasyncio.run(go())"),
    "a thread": ("invoke", "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(1).submit(os.environ.__getitem__, 'ABSENT').result()"),
}  # fmt: skip

HEAD = """
    import os
    from unittest import mock

    import pytest
    from planting import plant

    pytestmark = [
        pytest.mark.azfunc(settings={f"MARKED_{n}": plant("mark", n) for n in range(20)}),
        pytest.mark.filterwarnings("ignore"),
    ]

    @pytest.fixture(autouse=True)
    def more(request):
        if "azfunc_settings" in request.fixturenames or "invoke" in request.fixturenames:
            request.getfixturevalue("azfunc_settings")["TOKEN"] = plant("token", 1)

    @pytest.fixture
    def broken_by_environment(invoke):
        os.environ["ABSENT"]

    @pytest.fixture
    def broken_at_its_end(invoke):
        yield
        os.environ["ABSENT"]

    @pytest.fixture
    def broken_by_a_patch(invoke):
        with mock.patch.dict(os.environ, {"A": 5}):
            yield
"""
QUEUE_OUT = {"type": "queue", "direction": "out", "name": "$return", "queueName": "q", "connection": "C"}
SCRIPTS = {
    "Works": "import logging\ndef main(msg): logging.warning('works')",
    "Fails": "def main(msg): 1 / 0",
    "Reads": "import os\ndef main(msg): os.environ['ABSENT']",
    "ReadsAsync": "import os\nasync def main(msg): os.environ['ABSENT']",
    "ReadsWithin": "import os\ndef read(env, name): return env[name]\ndef main(msg): read(os.environ, 'ABSENT')",
    "Imports": "import os\nURL = os.environ.pop('ABSENT')\ndef main(msg): pass",
    "Behind": "import os\ndef main(msg):\n    try: os.environ['ABSENT']\n    except KeyError as e: raise RuntimeError('no') from e",
    "PatchesDict": "import os\nfrom unittest import mock\ndef main(msg):\n    with mock.patch.dict(os.environ, {'A': 5}): pass",
    "Groups": "import os\ndef main(msg): raise ExceptionGroup('g', [ValueError(os.environ['SECRET_0001'])])",
    "Notes": "import os\ndef main(msg):\n    e = ValueError('no')\n    e.add_note('    ' + os.environ['SECRET_0002'])\n    raise e",
    "Lines": "import os\ndef main(msg): raise ValueError('no\\n' + os.environ['LINES'])",
    "Says": "import os\ndef main(msg): raise ValueError(os.environ['SECRET_0003'])",
}
# At the top of a test file.
COLLECTED = {
    "environ": "import os\nos.environ['ABSENT']",
    "environ pop": "import os\nos.environ.pop('ABSENT')",
    "environb": "import os\nos.environb[b'ABSENT']",
    "patch": "import os\nfrom unittest import mock\nmock.patch.dict(os.environ, {'A': 5}).start()",
    "import": "import Imports",
    "import from": "from Imports import main",
    "import of a module that imports": "import beside",
    "in a function": "import os\ndef load(env): return env['ABSENT']\nURL = load(os.environ)",
    "in a class": "import os\nclass Settings:\n    env = os.environ\n    url = env['ABSENT']",
    "in a list of parameters": "import os, pytest\n@pytest.mark.parametrize('x', [os.environ['ABSENT']])\ndef test_it(x): pass",
    "subprocess": "import os, subprocess\nsubprocess.run(['/absent/program'], env=os.environ)",
    "syntax": "import os\ndef broken(",
    "wrong mark": "import pytest\nfrom planting import plant\npytestmark = pytest.mark.azfunc(setings={'A': plant('mark', 30)})\ndef test_it(invoke): pass",
    "wrong mark, a value": "import pytest\nfrom planting import plant\npytestmark = pytest.mark.azfunc(settings={'A': plant('mark', 31).encode()})\ndef test_it(invoke): pass",
    "wrong mark, a name": "import pytest\nfrom planting import plant\npytestmark = pytest.mark.azfunc(settings={'A=' + plant('mark', 32): '1'})\ndef test_it(invoke): pass",
    "wrong mark, no mapping": "import pytest\nfrom planting import plant\npytestmark = pytest.mark.azfunc(settings=[plant('mark', 33)])\ndef test_it(invoke): pass",
    "wrong mark, no name": "import pytest\nfrom planting import plant\npytestmark = pytest.mark.azfunc({'A': plant('mark', 34)})\ndef test_it(invoke): pass",
}
OPTIONS = {
    "long": ("-vvl", "--tb=long"),
    "short": ("-l", "--tb=short", "--junitxml=report.xml", "-o", "junit_logging=all", "-rA", "--log-level=DEBUG"),
    "native": ("-vv", "--tb=native", "-s"),
}
MORE_OPTIONS = {
    "auto": ("-vl",),
    "auto, unlimited": ("-vvvl", "--tb=auto", "--full-trace"),
    "line": ("--tb=line", "-l", "--setup-show", "-rA"),
    "no": ("--tb=no", "-rA", "-vv"),
    "xdist": ("-n2", "-vvl", "-p", "xdist"),
    "cli": ("--log-cli-level=DEBUG", "-l", "--durations=0"),
    "plain": (),
}
if LONG:
    OPTIONS |= MORE_OPTIONS


def write_app(app: FunctionApp) -> None:
    for name, script in SCRIPTS.items():
        app.function(name, script)
    app.function("Answers", "def main(req): 1 / 0", http_trigger(), http_out())
    host = {"CORS": "https://planted-cors-1.example", "LocalHttpPort": 7071, "Other": "planted-other-1"}
    strings = {"Default": "planted-string-1"}
    app.function("Returns", "import os\ndef main(msg): return os.environ['SECRET_0004']", queue_trigger(), QUEUE_OUT)
    values = {**VALUES, "LINES": "planted-line-1\n    planted-line-2"}
    app.write({"local.settings.json": {"Values": values, "Host": host, "ConnectionStrings": strings}})


def prepare(session: Session) -> None:
    # What is searched for must not stand in the source of a test, which a traceback shows.
    session.write({"planting.py": "def plant(kind, number): return f'pl{\"anted\"}-{kind}-{number}'"})


def leaks(session: Session, result: pytest.RunResult) -> dict[str, str]:
    """Headings of the output below which something planted is shown, with an excerpt."""
    report = session.pytester.path / "report.xml"
    xml = report.read_text(encoding="utf-8") if report.exists() else ""
    found: dict[str, str] = {}
    for source, text in (("", result.stdout.str()), ("stderr ", result.stderr.str()), ("xml ", xml)):
        heading = "above all"
        for line in re.split(r"\n|(?=<testcase)", text):
            heading_here = re.match(r"_{2,} (.+?) _{2,}$|<testcase [^>]*?name=\"(\w+)\"", line)
            if heading_here:
                heading = heading_here[1] or heading_here[2]
            planted = PLANTED.search(line)
            if planted:
                start = max(0, planted.start() - 60)
                found.setdefault(source + heading, line[start : planted.end() + 20])
    return found


def check(session: Session, result: pytest.RunResult) -> None:
    found = [f"{where}: {excerpt}" for where, excerpt in leaks(session, result).items()]
    if found:
        pytest.fail(f"values of settings are shown in {len(found)} places:\n" + "\n".join(found), pytrace=False)


def names(table: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: re.sub(r"\W+", "_", name) for name in table}


@pytest.mark.parametrize("options", OPTIONS)
def test_failures(app: FunctionApp, session: Session, options: str) -> None:
    write_app(app)
    prepare(session)
    tests = [
        f"def test_{names(FAILURES)[name]}({fixtures}):\n{indent(body, '    ')}\n"
        for name, (fixtures, body) in FAILURES.items()
    ]
    session.write({"test_it.py": dedent(HEAD) + "\n" + "\n".join(tests)})

    result = session.run(*OPTIONS[options])

    counts = result.parseoutcomes()
    assert sum(counts.values()) >= len(FAILURES), result.stdout.str()[-2000:]
    assert counts.get("passed", 0) <= 3, counts  # that of a fixture's end, ...
    check(session, result)


@pytest.mark.parametrize("options", OPTIONS)
def test_collection_errors(app: FunctionApp, session: Session, options: str) -> None:
    write_app(app)
    prepare(session)
    session.write({"beside.py": "import os\n\ndef load(env):\n    return env['ABSENT']\n\nURL = load(os.environ)"})
    for number, body in enumerate(COLLECTED.values()):
        # A file takes part, and so is given settings, when it uses a fixture.
        session.write({f"test_{number}.py": f"{body}\n\ndef test_more(invoke): invoke('Fails')\n"})

    result = session.run("--continue-on-collection-errors", "-p", "no:randomly", *OPTIONS[options])

    assert result.parseoutcomes().get("errors", 0) >= len(COLLECTED) - 5, result.stdout.str()[-2000:]
    check(session, result)


# Files that are not in order. The key and the reason may be told, and where it is; not what it says.
BROKEN_FILES = {
    "a key with an equals sign": '{"Values": {"A=planted-key-1": "1"}}',
    "a key with a semicolon and an equals sign": '{"Values": {"AccountKey=planted-key-2;X": "1"}}',
    "an object": '{"Values": {"A": {"b": "planted-object-1"}}}',
    "an array": '{"Values": {"A": ["planted-array-1"]}}',
    "a NUL": '{"Values": {"A": "planted-nul-1\\u0000"}}',
    "an empty key": '{"Values": {"": "planted-empty-1"}}',
    "no comma": '{"Values": {"A": "planted-comma-1" "B": "planted-comma-2"}}',
    "no quotes": '{"Values": {"A": planted-quote-1}}',
    "not closed": '{"Values": {"A": "planted-open-1',
    "encrypted": '{"IsEncrypted": true, "Values": {"A": "planted-encrypted-1"}}',
    "values is text": '{"Values": "planted-text-1"}',
    "all is text": '"planted-whole-1"',
    "host is text": '{"Values": {}, "Host": "planted-host-1"}',
    "CORS is an array": '{"Values": {}, "Host": {"CORS": ["planted-cors-1"]}}',
    "credentials are text": '{"Values": {}, "Host": {"CORSCredentials": "planted-credentials-1"}}',
    "a port": '{"Values": {}, "Host": {"LocalHttpPort": "planted-port-1"}}',
    "twice": '{"Values": {"A": "planted-twice-1", "A": "planted-twice-2"}}',
    "not UTF-8": '{"Values": {"A": "planted-latin-1\udcff"}}',
    "a comment": '{"Values": {"A": "1" /* planted-comment-1 }}',
}


@pytest.mark.parametrize("content", BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_broken_files(app: FunctionApp, content: str) -> None:
    app.function("F", "def main(req): return 'x'", http_trigger(), http_out())
    (app.root / "local.settings.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    said = []
    try:
        project = Project.load(app.root)
        said += [str(error) for error in project.errors.values()]
        with Host.open(app.root) as host:
            said += [repr(host), repr(host.settings), host.http.get("/api/F").text]
    except AzfuncError as error:
        said += [str(error), repr(error), repr(error.details)]

    assert PLANTED.findall("\n".join(said)) == []


# Values that other things are made of.
NAMED = {
    "PYTHON_SCRIPT_FILE_NAME": "planted-script-1.py",
    "QUEUE": "planted-queue-1",
    "ROUTE": "planted-route-1",
    "SCHEDULE": "planted-schedule-1",
    "GOOD_SCHEDULE": "0 0 3 * * *",
    "FUNCTIONS_WORKER_RUNTIME": "planted-runtime-1",
    "AzureWebJobsStorage": "AccountName=planted;AccountKey=planted-account-1",
    "AzureWebJobs.F.Disabled": "planted-disabled-1",
    "FUNCTIONS_EXTENSION_VERSION": "planted-version-1",
    "AzureFunctionsJobHost__logging__logLevel__default": "planted-level-1",
    "WEBSITE_TIME_ZONE": "planted-zone-1",
    "PYTHON_ISOLATE_WORKER_DEPENDENCIES": "planted-isolate-1",
}


@pytest.mark.parametrize(
    ("model", "alone"),
    [
        ("function.json", False),
        ("decorators", True),
        *([("function.json", True), ("decorators", False)] if LONG else []),
    ],
)
def test_the_list_and_the_check(app: FunctionApp, session: Session, model: str, alone: bool) -> None:
    values = {"PYTHON_SCRIPT_FILE_NAME": "planted-script-1.py"} if alone else NAMED
    if model == "decorators":
        script = "import azure.functions as func\napp = func.FunctionApp()\n@app.queue_trigger('msg', '%QUEUE%', 'C')\ndef F(msg): 1 / 0\n"
        # Its name is in every traceback, as that of any file.
        values = values if alone else {**values, "PYTHON_SCRIPT_FILE_NAME": "own_script.py"}
        app.write({"function_app.py" if alone else "own_script.py": script})
    else:
        app.function("F", "def main(msg): 1 / 0", queue_trigger(queue="%QUEUE%"))
        app.function("R", "def main(req): 1 / 0", http_trigger(route="x/%ROUTE%"), http_out())
        app.function("T", "def main(timer): 1 / 0", timer_trigger(schedule="%SCHEDULE%"))
        app.function("G", "def main(timer): 1 / 0", timer_trigger(schedule="%GOOD_SCHEDULE%"))
        app.function("A", "def main(msg): 1 / 0", queue_trigger(queue="%ABSENT%"))
    app.write({"local.settings.json": {"Values": values}})
    functions = ["F"] if model == "decorators" else ["F", "R", "T", "G", "A"]

    listed = session.run("--azfunc-list")
    result = session.test(
        f"import pytest\n@pytest.mark.parametrize('name', {functions})\ndef test_it(invoke, name): invoke(name)",
        "--azfunc-check",
        "-vvl",
    )

    output = "\n".join(listed.outlines + listed.errlines + result.outlines + result.errlines)
    assert sorted({planted for line in output.splitlines() for planted in PLANTED.findall(line)}) == []


def test_as_many_as_are_said() -> None:
    assert len(VALUES) >= 1000
    assert len(FAILURES) * len(OPTIONS) + len(COLLECTED) * len(OPTIONS) + len(BROKEN_FILES) >= 100
    assert json.dumps(VALUES)
