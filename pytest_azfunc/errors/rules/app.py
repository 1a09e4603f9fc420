"""The function app as a whole: where it is, and its host.json. (ProjectError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, left_out, not_started, of_test

APP: Final[dict[str, Rule]] = {
    # finding it
    "project-missing": of_test(
        "{path} is not a folder.{hint}", "name the function app's folder, the one with host.json."
    ),
    "project-not-found": of_test(
        "no function app was found: {searched}.",
        "name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
    ),
    "project-without-host-json": of_test(
        "there are functions in {path}, but no host.json: {searched}.",
        'write a host.json there, such as {{"version": "2.0", "extensionBundle": '
        '{{"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}}}}, or name the folder with '
        "--azfunc-project PATH, the ini option azfunc_project, or @pytest.mark.azfunc(project=...).",
        "the host writes one when it starts; the folder with it is the function app.",
    ),
    "project-ambiguous": of_test(
        "several function apps were found: {found}.",
        "choose one with --azfunc-project PATH, the ini option azfunc_project, or @pytest.mark.azfunc(project=...).",
    ),
    "project-empty": of_test(
        "{path} holds no function app: no host.json and no folder with a function.json.{hint}",
        "name the function app's folder, the one with host.json.",
    ),
    "project-unreadable": not_started("the folder {path} cannot be read: {reason}.", "make the folder readable."),
    "file-unreadable": left_out("{file} cannot be read: {reason}.", "make it a readable file, saved as UTF-8."),
    # host.json
    "host-json-unreadable": not_started(
        "host.json cannot be read: {reason}.", "make it a readable file, saved as UTF-8."
    ),
    "host-json-invalid": not_started("host.json is not valid JSON: {reason}.", "correct the JSON."),
    "host-json-not-an-object": not_started(
        "host.json holds {found}, not a JSON object.", 'start from {{"version": "2.0"}}.'
    ),
    "host-json-version-missing": not_started(
        "host.json has no 'version' property (the name is case-sensitive).", 'add "version": "2.0".'
    ),
    "host-json-version": not_started(
        "{found} is not a version that host.json may have.{hint}",
        'write "version": "2.0"; it is the schema of host.json, not the version of the runtime.',
    ),
    "host-json-value": not_started("host.json: {name} is {found}, but must be {expected}.", "correct the value."),
    "host-json-ignored": of_test(
        "host.json: {name} is {found}, but must be {expected}.",
        "correct the value.",
        "the host passes over it in silence; it has no effect.",
    ),
    "host-json-retry": not_started(
        "host.json: the retry policy's {name} is {found}, but must be {expected}.", 'correct "retry".'
    ),
    "host-json-retry-missing": not_started(
        "host.json: the retry policy {strategy!r} has no {name!r}.", 'add it to "retry".'
    ),
    "bundle-too-old": not_started(
        "the referenced bundle {id} of version {version} does not meet the required minimum version of {minimum}.",
        'write "version": "[4.*, 5.0.0)" in "extensionBundle".',
    ),
    "bundle-value": not_started(
        "host.json: the value of {name} in extensionBundle is invalid or missing; it must be {expected}.",
        "correct it.",
    ),
    "host-json-http": of_test(
        "host.json: {name} is {found}, but must be {expected}.",
        "correct the value.",
        "the host starts, but answers every HTTP request with a 500.",
    ),
}
