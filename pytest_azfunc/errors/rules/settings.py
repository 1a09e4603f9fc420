"""App settings: local.settings.json (ProjectError), and what a test gives (BindingError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, not_started, of_test

SETTINGS: Final[dict[str, Rule]] = {
    # the file
    "settings-file-missing": of_test(
        "the settings file {path} does not exist.",
        "correct --azfunc-settings (or azfunc_settings in the ini file), or write none.",
    ),
    "settings-invalid": Rule(
        "{file} is not valid: {reason}.", "the file is not deployed; `func start` would refuse it.", "correct the file."
    ),
    "settings-encrypted": Rule(
        "the settings file is encrypted, so its values cannot be read.",
        "the file is not deployed; `func start` decrypts it.",
        "run `func settings decrypt`, or give the settings in @pytest.mark.azfunc(settings={{...}}).",
    ),
    "settings-host-section": Rule(
        "{file}: {name} is {found}, but must be {expected}.",
        "the file is not deployed; `func start` would refuse it.",
        "correct the file.",
    ),
    "cors-setting": not_started("the app setting {name} is not {expected}.", "correct it, or leave it out."),
    "cors-any-origin": not_started(
        "CORS is to allow every origin ('*') together with credentials.",
        "list the origins one by one, or do without credentials.",
    ),
    # one that lies over host.json
    "host-setting-value": not_started(
        "the app setting {name} lies over host.json, and is not {expected}.", "correct it, or leave it out."
    ),
    "host-setting-ignored": of_test(
        "the app setting {name} lies over host.json, where {expected} is expected.",
        "correct its name, or leave it out.",
        "the host passes over it in silence; it has no effect.",
    ),
    "host-setting-http": of_test(
        "the app setting {name} lies over host.json, and is not {expected}.",
        "correct it, or leave it out.",
        "the host starts, but answers every HTTP request with a 500.",
    ),
    # a test
    "setting": of_test("the app setting {name}: {reason}.", "give a str under a plain name."),
}
