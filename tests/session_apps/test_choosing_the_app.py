"""Which function app a test uses, and with what: options, ini, marks, and looking around."""

from __future__ import annotations

import itertools

import pytest

from tests.function_app import Session, passed, setup_error

APP = {
    "host.json": '{"version": "2.0"}',
    "Show/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
    "Show/__init__.py": "import os\ndef main(msg): print(os.path.basename(os.getcwd()), os.environ.get('WHO'))",
}

SHOW = """
    def test_it(invoke, capsys):
        invoke("Show")
        shown = capsys.readouterr().out
        assert shown == {expected!r}
"""


def app_in(folder: str, who: str | None = None) -> dict[str, str]:
    files = {f"{folder}/{name}": content for name, content in APP.items()}
    if who is not None:
        files[f"{folder}/local.settings.json"] = f'{{"Values": {{"WHO": "{who}"}}}}'
    return files


def test_by_option_by_ini_and_by_looking_around(session: Session) -> None:
    session.write({**app_in("one"), **app_in("two"), **app_in("deep/down/three")})
    session.write(
        {
            "tests/test_it.py": """
                import os

                def test_it(invoke, capsys):
                    invoke("Show")
                    print("APP", capsys.readouterr().out)
                    assert False
            """,
        }
    )

    def app_of(*options: str) -> str:
        result = session.run(*options)
        return next((line.split()[1] for line in result.outlines if line.startswith("APP")), "none")

    assert app_of("--azfunc-project=one") == "one"
    assert app_of("-o", "azfunc_project=two") == "two"
    assert app_of("-o", "azfunc_project=two", "--azfunc-project", "one") == "one"
    assert app_of("--azfunc-project", str(session.pytester.path / "deep/down/three")) == "three"
    assert app_of() == "none"


def test_the_nearest_folder_upwards_comes_before_the_ones_below_rootdir(session: Session) -> None:
    session.write({**app_in("one"), **app_in("two")})
    for name in ("one", "two"):
        session.write({f"{name}/tests/unit/test_{name}.py": SHOW.format(expected=f"{name} None\n")})

    passed(session.run(), 2)
    passed(session.run("--azfunc-project=one", "one"), 1)


def test_the_only_one_below_rootdir(session: Session) -> None:
    session.write({**app_in("src"), "tests/unit/test_it.py": SHOW.format(expected="src None\n")})

    passed(session.run(), 1)


def test_rootdir_itself(session: Session) -> None:
    session.write(APP)
    session.write({"tests/test_it.py": SHOW.format(expected=f"{session.pytester.path.name} None\n")})

    passed(session.run(), 1)


def test_ini_is_relative_to_its_file_and_the_option_to_where_pytest_starts(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.write({**app_in("apps/one", "ini"), **app_in("tests/apps/one", "option")})
    session.write({"pytest.ini": "[pytest]\nazfunc_project = apps/one\n"})
    session.write({"tests/test_it.py": SHOW.format(expected="one ini\n")})
    session.write({"tests/test_option.py": SHOW.format(expected="one option\n")})
    monkeypatch.chdir(session.pytester.path / "tests")

    passed(session.run("test_it.py"), 1)
    passed(session.run("test_option.py", "--azfunc-project=apps/one"), 1)


def test_several_apps(session: Session) -> None:
    session.write({**app_in("one"), **app_in("two")})
    here = session.pytester.path

    result = session.test("def test_it(invoke): pass")

    assert setup_error(result, "test_it") == [
        f"pytest_azfunc.errors.ProjectError: several function apps were found: one, two (below {here}).",
        "  remedy: choose one with --azfunc-project PATH, the ini option azfunc_project, or "
        "@pytest.mark.azfunc(project=...).",
        "  rule:   project-ambiguous",
    ]


@pytest.mark.parametrize("file", ["src/function_app.py", "src/Order/function.json", "function_app.py"])
def test_functions_without_a_host_json(session: Session, file: str) -> None:
    here = session.pytester.path
    session.write({file: ""})

    result = session.test("def test_it(invoke): pass")

    where = here / "src" if file.startswith("src") else here
    assert setup_error(result, "test_it")[0] == (
        f"pytest_azfunc.errors.ProjectError: no function app was found: there is no host.json in {here} or above it, "
        f"nor in {here} or the folders right below it; but there are functions in {where}, which lacks only a host.json."
    )


def test_no_app(session: Session) -> None:
    here = session.pytester.path

    result = session.test("def test_it(invoke): pass\n\ndef test_other(): pass")

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert setup_error(result, "test_it") == [
        f"pytest_azfunc.errors.ProjectError: no function app was found: there is no host.json in {here} or above it, "
        f"nor in {here} or the folders right below it.",
        "  remedy: name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
        "  rule:   project-not-found",
    ]


@pytest.mark.parametrize(
    ("path", "problem"),
    [("nowhere", "{here}/nowhere is not a folder."), ("tests", "{here}/tests holds no function app: no host.json")],
)
def test_a_folder_that_is_none(session: Session, path: str, problem: str) -> None:
    session.write({**app_in("one"), "tests/test_it.py": "def test_it(invoke): pass"})
    sentence = problem.format(here=session.pytester.path)

    by_option = session.run(f"--azfunc-project={path}")
    by_list = session.run(f"--azfunc-project={path}", "--azfunc-list")
    session.write(
        {"tests/test_it.py": f"import pytest\n@pytest.mark.azfunc(project={path!r})\ndef test_it(invoke): pass"}
    )
    by_mark = session.run()

    assert setup_error(by_option, "test_it")[0].startswith(f"pytest_azfunc.errors.ProjectError: {sentence}")
    assert by_list.errlines[0].startswith(f"ERROR: {sentence}")
    assert setup_error(by_mark, "test_it")[0].startswith(f"pytest_azfunc.errors.ProjectError: {sentence}")


def test_marks_are_merged_and_the_closest_wins_key_by_key(session: Session) -> None:
    session.write({**app_in("one", "file"), **app_in("two", "file")})

    result = session.test(
        """
        import pytest

        pytestmark = pytest.mark.azfunc(project="one", settings={"WHO": "module", "MODULE": "1"}, strict=False)

        def show(invoke, capsys):
            invoke("Show")
            return capsys.readouterr().out.split()

        def test_module(invoke, capsys, azfunc_settings):
            assert show(invoke, capsys) == ["one", "module"]

        @pytest.mark.azfunc(project="two")
        class TestClass:
            def test_class(self, invoke, capsys):
                assert show(invoke, capsys) == ["two", "module"]

            @pytest.mark.azfunc(settings={"WHO": "function"})
            def test_function(self, invoke, capsys, azfunc_settings):
                assert show(invoke, capsys) == ["two", "function"]
                assert azfunc_settings["MODULE"] == "1"

        @pytest.mark.parametrize("who", ["a", pytest.param("b", marks=pytest.mark.azfunc(settings={"WHO": "b"}))])
        @pytest.mark.azfunc(settings={"WHO": "a"})
        def test_parameter(invoke, capsys, who):
            assert show(invoke, capsys) == ["one", who]

        @pytest.fixture
        def marked(request):
            request.applymarker(pytest.mark.azfunc(auth=False))

        def test_applied_by_a_fixture(marked, invoke, azfunc_host):
            assert azfunc_host.auth is False
        """,
        "--strict-markers",
    )

    passed(result, 6)


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("projet='one'", "'projet' is no argument of it. Did you mean 'project'?"),
        ("'one'", "a str is given without a name."),
        ("project=1", "project is an int."),
        ("settings=['WHO']", "settings is a list."),
        ("settings={'WHO': 1}", "the setting 'WHO' is an int, but settings are strings."),
        ("settings={'WHO': None}", "the setting 'WHO' is None, but settings are strings."),
        ("strict='no'", "strict is a str."),
        ("strict=None", "strict is None."),
        ("auth=0", "auth is an int."),
    ],
)
def test_a_wrong_mark(session: Session, mark: str, reason: str) -> None:
    session.write(app_in("one"))

    result = session.test(
        f"""
        import pytest

        @pytest.mark.azfunc({mark})
        def test_it(invoke): pass

        def test_other(invoke): pass
        """
    )

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert setup_error(result, "test_it") == [
        f"pytest_azfunc.errors.BindingError: @pytest.mark.azfunc: {reason}",
        "  where:  test_it.py:4",
        "  remedy: its arguments are project, settings, storage, strict, auth, by keyword.",
        "  rule:   mark",
    ]


def test_a_mark_of_another_storage_is_refused_by_name(session: Session) -> None:
    session.write(app_in("one"))

    result = session.test(
        "import pytest\n@pytest.mark.azfunc(storage='azurite')\ndef test_it(invoke): pass\ndef test_other(invoke): pass"
    )

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert setup_error(result, "test_it")[0] == (
        "pytest_azfunc.errors.UnsupportedFeature: storage='azurite' is not emulated by pytest-azfunc."
    )


def test_settings_files(session: Session) -> None:
    session.write({**app_in("one", "file"), "other.json": '{"Values": {"WHO": "other"}}'})

    def who(*options: str) -> str:
        return next(
            line.split()[1] for line in session.run("-s", *options).outlines if line.startswith(("one ", ".one "))
        )

    session.write({"test_it.py": "def test_it(invoke):\n    print()\n    invoke('Show')"})

    assert who() == "file"
    assert who("--azfunc-settings=other.json") == "other"
    assert who("--azfunc-settings=none") == "None"
    assert who("-o", "azfunc_settings=other.json") == "other"
    assert who("-o", "azfunc_settings=none") == "None"
    assert who("-o", "azfunc_settings=none", "--azfunc-settings=other.json") == "other"


def test_a_settings_file_that_is_missing(session: Session) -> None:
    session.write(app_in("one"))

    result = session.test("def test_it(invoke): pass", "--azfunc-settings=nowhere.json")
    listed = session.run("--azfunc-list", "--azfunc-settings=nowhere.json")

    path = session.pytester.path / "nowhere.json"
    assert setup_error(result, "test_it")[0] == (
        f"pytest_azfunc.errors.ProjectError: the settings file {path} does not exist."
    )
    assert listed.errlines[0] == f"ERROR: the settings file {path} does not exist."


LOSSY = """
    import pytest
    from pytest_azfunc import LossyOutputError

    def test_session(invoke):
        invoke("Lossy")

    @pytest.mark.azfunc(strict=False)
    def test_lenient(invoke):
        assert invoke("Lossy").ok

    @pytest.mark.azfunc(strict=True)
    def test_strict(invoke):
        with pytest.raises(LossyOutputError):
            invoke("Lossy")
"""


def test_strictness(session: Session) -> None:
    session.write(
        {
            "app/host.json": '{"version": "2.0"}',
            "app/Lossy/function.json": """
                {"bindings": [
                    {"type": "queueTrigger", "name": "msg"},
                    {"type": "queue", "name": "out", "direction": "out", "queueName": "q"}
                ]}
            """,
            "app/Lossy/__init__.py": "def main(msg, out): out.set({'id': 7})",
        }
    )

    assert session.test(LOSSY).parseoutcomes() == {"passed": 2, "failed": 1}
    passed(session.run("-o", "azfunc_strict=false"), 3)


def test_fixtures_and_markers_are_documented(session: Session) -> None:
    fixtures = session.run("--fixtures").outlines
    markers = session.run("--markers").stdout.str()

    documented = {}
    for line, following in itertools.pairwise(fixtures):
        name = line.partition(" ")[0]
        if "pytest_azfunc" in line and not line.startswith("-"):
            documented[name] = following.strip()
    assert sorted(documented) == [
        "ainvoke",
        "azfunc_context",
        "azfunc_host",
        "azfunc_http",
        "azfunc_live_server",
        "azfunc_logs",
        "azfunc_project",
        "azfunc_settings",
        "azfunc_trigger",
        "invoke",
    ]
    assert "no docstring available" not in documented.values()
    assert documented["invoke"] == (
        "Run a function of the app in-process, with real binding conversion; returns an ``Invocation``."
    )
    assert (
        "@pytest.mark.azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True): which function "
        "app a test uses, and with what." in markers
    )


def test_help_and_version_with_a_broken_app(session: Session) -> None:
    session.write({**app_in("app"), "app/host.json": "{", "app/Show/__init__.py": "1 / 0"})

    shown = session.run("--help")
    version = session.run("--version", "--version")

    assert (shown.ret, version.ret) == (0, 0)
    text = shown.stdout.str()
    options = ["project=PATH", "list", "check", "settings=FILE|none", "storage={memory,azurite}"]
    assert all(f"--azfunc-{option}" in text for option in options)
    assert all(f"  azfunc_{name} (" in text for name in ("project", "settings", "strict"))
