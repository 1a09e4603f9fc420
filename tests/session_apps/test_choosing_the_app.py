"""Which function app a test uses, and with what: options, ini, marks, and looking around."""

from __future__ import annotations

import itertools

import pytest

from tests.function_app import Session, Sessions, passed, queue_out, queue_trigger, setup_error, write_texts

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


def test_by_option_by_ini_and_by_looking_around(sessions: Sessions) -> None:
    deep = sessions.root / "elsewhere"
    write_texts(deep, app_in("deep/down/three"))
    for expected, *options in (
        ("one", "--azfunc-project=one"),
        ("two", "-o", "azfunc_project=two"),
        ("one", "-o", "azfunc_project=two", "--azfunc-project", "one"),
        ("three", "--azfunc-project", str(deep / "deep/down/three")),
        ("none",),
    ):
        folder = sessions.add((expected, *options), *options)
        folder.write({**app_in("one"), **app_in("two"), **app_in("deep/down/three")})
        folder.write(
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

    for (expected, *options), result in sessions.run().items():
        app = next((line.split()[1] for line in result.outlines if line.startswith("APP")), "none")
        assert app == expected, options


def test_the_nearest_folder_upwards_comes_before_the_ones_below_rootdir(sessions: Sessions) -> None:
    for row in ((), ("--azfunc-project=one", "one")):
        folder = sessions.add(row, *row)
        folder.write({**app_in("one"), **app_in("two")})
        for name in ("one", "two"):
            folder.write({f"{name}/tests/unit/test_{name}.py": SHOW.format(expected=f"{name} None\n")})

    both, one = sessions.run().values()

    passed(both, 2)
    passed(one, 1)


def test_the_only_one_below_rootdir_or_rootdir_itself(sessions: Sessions) -> None:
    below = sessions.add("below")
    below.write({**app_in("src"), "tests/unit/test_it.py": SHOW.format(expected="src None\n")})
    itself = sessions.add("itself")
    itself.write({**APP, "tests/test_it.py": SHOW.format(expected=f"{itself.path.name} None\n")})

    for result in sessions.run().values():
        passed(result, 1)


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


def test_functions_without_a_host_json(sessions: Sessions) -> None:
    places = {}
    for file in ("src/function_app.py", "src/Order/function.json", "function_app.py"):
        folder = sessions.add(file)
        folder.write({file: "", "test_it.py": "def test_it(invoke): pass"})
        places[file] = folder.path

    for file, result in sessions.run().items():
        here = places[file]
        where = here / "src" if file.startswith("src") else here
        assert setup_error(result, "test_it")[0] == (
            f"pytest_azfunc.errors.ProjectError: there are functions in {where}, but no host.json: there is no host.json "
            f"in {here} or above it, nor in {here} or the folders below it."
        )


def test_no_app(session: Session) -> None:
    here = session.pytester.path

    result = session.test("def test_it(invoke): pass\n\ndef test_other(): pass")

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert setup_error(result, "test_it") == [
        f"pytest_azfunc.errors.ProjectError: no function app was found: there is no host.json in {here} or above it, "
        f"nor in {here} or the folders below it.",
        "  remedy: name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
        "  rule:   project-not-found",
    ]


def test_a_folder_that_is_none(sessions: Sessions) -> None:
    by_fixture = "def test_it(invoke): pass"
    sentences = {}
    for path, problem in (
        ("nowhere", "{here}/nowhere is not a folder."),
        ("tests", "{here}/tests holds no function app: no host.json"),
    ):
        by_mark = f"import pytest\n@pytest.mark.azfunc(project={path!r})\n{by_fixture}"
        for way, code, options in (
            ("option", by_fixture, [f"--azfunc-project={path}"]),
            ("list", by_fixture, [f"--azfunc-project={path}", "--azfunc-list"]),
            ("mark", by_mark, []),
        ):
            folder = sessions.add((path, way), *options)
            folder.write({**app_in("one"), "tests/test_it.py": code})
            sentences[path, way] = problem.format(here=folder.path)

    for (path, way), result in sessions.run().items():
        sentence = sentences[path, way]
        if way == "list":
            assert result.errlines[0].startswith(f"ERROR: {sentence}")
        else:
            assert setup_error(result, "test_it")[0].startswith(f"pytest_azfunc.errors.ProjectError: {sentence}")


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


WRONG_MARKS = {
    "projet='one'": "'projet' is no argument of it. Did you mean 'project'?",
    "'one'": "a str is given without a name.",
    "project=1": "project is an int, but must be a path.",
    "settings=['WHO']": "settings is a list, but must be a mapping of names to strings.",
    "settings={'WHO': 1}": "the setting 'WHO' is an int, but must be a string.",
    "settings={'WHO': None}": "the setting 'WHO' is None, but must be a string.",
    "strict='no'": "strict is a str, but must be True or False.",
    "strict=None": "strict is None, but must be True or False.",
    "auth=0": "auth is an int, but must be True or False.",
}
TEXT = "write the value as text, such as '3' or 'true'."
REMEDIES = {mark: "correct the value." for mark, told in WRONG_MARKS.items() if "must be" in told} | {
    "settings={'WHO': 1}": TEXT,
    "settings={'WHO': None}": TEXT,
}


def test_a_wrong_mark(sessions: Sessions) -> None:
    for mark in WRONG_MARKS:
        folder = sessions.add(mark)
        folder.write(app_in("one"))
        folder.write(
            {
                "test_it.py": f"""
                    import pytest

                    @pytest.mark.azfunc({mark})
                    def test_it(invoke): pass

                    def test_other(invoke): pass
                """
            }
        )

    for mark, result in sessions.run().items():
        assert result.parseoutcomes() == {"passed": 1, "errors": 1}, mark
        assert setup_error(result, "test_it") == [
            f"pytest_azfunc.errors.BindingError: @pytest.mark.azfunc: {WRONG_MARKS[mark]}",
            "  where:  test_it.py:4",
            f"  remedy: {REMEDIES.get(mark, 'its arguments are project, settings, storage, strict, auth, retry, by keyword.')}",
            "  rule:   mark",
        ]


def test_a_mark_of_another_storage_is_refused_by_name(session: Session) -> None:
    session.write(app_in("one"))

    result = session.test(
        "import pytest\n@pytest.mark.azfunc(storage='azurite')\ndef test_it(invoke): pass\ndef test_other(invoke): pass"
    )

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert setup_error(result, "test_it")[0] == (
        "pytest_azfunc.errors.UnsupportedFeature: @pytest.mark.azfunc(storage='azurite') is not emulated by pytest-azfunc."
    )


def test_settings_files(sessions: Sessions) -> None:
    for expected, *options in (
        ("file",),
        ("other", "--azfunc-settings=other.json"),
        ("None", "--azfunc-settings=none"),
        ("other", "-o", "azfunc_settings=other.json"),
        ("None", "-o", "azfunc_settings=none"),
        ("other", "-o", "azfunc_settings=none", "--azfunc-settings=other.json"),
    ):
        folder = sessions.add((expected, *options), "-s", *options)
        folder.write({**app_in("one", "file"), "other.json": '{"Values": {"WHO": "other"}}'})
        folder.write({"test_it.py": "def test_it(invoke):\n    print()\n    invoke('Show')"})

    for (expected, *options), result in sessions.run().items():
        who = next(line.split()[1] for line in result.outlines if line.startswith(("one ", ".one ")))
        assert who == expected, options


def test_a_settings_file_that_is_missing(sessions: Sessions) -> None:
    folders = {}
    for option in ("--azfunc-settings=nowhere.json", "--azfunc-list"):
        folders[option] = sessions.add(option, "--azfunc-settings=nowhere.json", option)
        folders[option].write({**app_in("one"), "test_it.py": "def test_it(invoke): pass"})

    tested, listed = sessions.run().values()

    at_test, at_list = (
        f"the settings file {folder.path / 'nowhere.json'} does not exist." for folder in folders.values()
    )
    assert setup_error(tested, "test_it")[0] == f"pytest_azfunc.errors.ProjectError: {at_test}"
    assert listed.errlines[0] == f"ERROR: {at_list}"


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


def test_strictness(sessions: Sessions) -> None:
    for row in ((), ("-o", "azfunc_strict=false")):
        folder = sessions.add(row, *row)
        folder.app.function("Lossy", "def main(msg, out): out.set({'id': 7})", queue_trigger(), queue_out("out", "q"))
        folder.write({"test_it.py": LOSSY})

    strict, lenient = sessions.run().values()

    assert strict.parseoutcomes() == {"passed": 2, "failed": 1}
    passed(lenient, 3)


def test_fixtures_and_markers_are_documented(sessions: Sessions) -> None:
    sessions.add("fixtures", "--fixtures")
    sessions.add("markers", "--markers")
    results = sessions.run()
    fixtures = results["fixtures"].outlines
    markers = results["markers"].stdout.str()

    documented = {}
    for line, following in itertools.pairwise(fixtures):
        name = line.partition(" ")[0]
        if "pytest_azfunc" in line and not line.startswith("-"):
            documented[name] = following.strip()
    assert sorted(documented) == [
        "ainvoke",
        "azfunc_clock",
        "azfunc_context",
        "azfunc_durable",
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
        "@pytest.mark.azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True, retry=True): which function "
        "app a test uses, and with what." in markers
    )


def test_help_and_version_with_a_broken_app(sessions: Sessions) -> None:
    for row in (("--help",), ("--version", "--version")):
        sessions.add(row, *row).write({**app_in("app"), "app/host.json": "{", "app/Show/__init__.py": "1 / 0"})

    shown, version = sessions.run().values()

    assert (shown.ret, version.ret) == (0, 0)
    text = shown.stdout.str()
    options = ["project=PATH", "list", "check", "settings=FILE|none", "storage=memory"]
    assert all(f"--azfunc-{option}" in text for option in options)
    assert all(f"  azfunc_{name} (" in text for name in ("project", "settings", "strict"))
