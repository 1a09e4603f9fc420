"""Every sentence of an error that a user can read, by rule: what is wrong, what Azure would do, and the remedy.

They stand in one table so that they can be read, compared and tested side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Rule:
    """The three sentences of one error; ``{names}`` are filled from the exception's details."""

    problem: str
    azure: str = ""
    remedy: str = ""


def _load(problem: str, remedy: str) -> Rule:
    return Rule(problem, "the worker refuses to load the function; every call of it fails.", remedy)


def _host(problem: str, remedy: str) -> Rule:
    return Rule(problem, "the host puts the function in error and leaves it out; the others run.", remedy)


def _app(problem: str, remedy: str) -> Rule:
    return Rule(problem, "the host does not start; no function of the app runs.", remedy)


def _hidden(problem: str, remedy: str) -> Rule:
    return Rule(problem, INDEX_FAILS, remedy)


def _test(problem: str, remedy: str, azure: str = "") -> Rule:
    return Rule(problem, azure, remedy)


INDEX_FAILS: Final = "the worker indexes no function of the app: 0 functions found."

RULES: Final[dict[str, Rule]] = {
    # --- finding the function app (ProjectError)
    "project-missing": _test("{path} is not a folder.", "name the function app's folder, the one with host.json."),
    "project-not-found": _test(
        "no function app was found: {searched}.",
        "name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
    ),
    "project-ambiguous": _test(
        "several function apps were found: {found}.",
        "choose one with --azfunc-project PATH, the ini option azfunc_project, or @pytest.mark.azfunc(project=...).",
    ),
    "project-empty": _test(
        "{path} holds no function app: no host.json and no folder with a function.json.",
        "name the function app's folder, the one with host.json.",
    ),
    "project-unreadable": _app("the folder {path} cannot be read: {reason}.", "make the folder readable."),
    "file-unreadable": _host("{file} cannot be read: {reason}.", "make it a readable file, saved as UTF-8."),
    # --- host.json (ProjectError)
    "host-json-unreadable": _app("host.json cannot be read: {reason}.", "make it a readable file, saved as UTF-8."),
    "host-json-invalid": _app("host.json is not valid JSON: {reason}.", "correct the JSON."),
    "host-json-not-an-object": _app("host.json holds {found}, not a JSON object.", 'start from {{"version": "2.0"}}.'),
    "host-json-version-missing": _app(
        "host.json has no 'version' property (the name is case-sensitive).", 'add "version": "2.0".'
    ),
    "host-json-version": _app(
        "{found} is not a version that host.json may have.{hint}",
        'write "version": "2.0"; it is the schema of host.json, not the version of the runtime.',
    ),
    "host-json-value": _app("host.json: {name} is {found}, but must be {expected}.", "correct the value."),
    "host-json-ignored": _test(
        "host.json: {name} is {found}, but must be {expected}.",
        "correct the value.",
        "the host passes over it in silence; it has no effect.",
    ),
    "host-json-retry": _app(
        "host.json: the retry policy's {name} is {found}, but must be {expected}.", 'correct "retry".'
    ),
    "host-json-retry-missing": _app("host.json: the retry policy {strategy!r} has no {name!r}.", 'add it to "retry".'),
    "host-json-http": _test(
        "host.json: {name} is {found}, but must be {expected}.",
        "correct the value.",
        "the host starts, but answers every HTTP request with a 500.",
    ),
    # --- local.settings.json (ProjectError)
    "settings-file-missing": _test(
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
    "cors-setting": _app("the app setting {name} is not {expected}.", "correct it, or leave it out."),
    "cors-any-origin": _app(
        "CORS is to allow every origin ('*') together with credentials.",
        "list the origins one by one, or do without credentials.",
    ),
    # --- one function on disk (ProjectError)
    "function-name": _host(
        "{name!r} is not a valid function name.",
        "rename {what}: a letter, then up to 127 letters, digits, '_' or '-'; not 'host'.",
    ),
    "function-name-duplicate": _host(
        "the function name {name!r} differs only in case from {other!r}.", "rename one of the two {what}."
    ),
    "function-json-invalid": _host("function.json is not valid JSON: {reason}.", "correct the JSON."),
    "function-json-not-an-object": _host(
        "function.json holds {found}, not a JSON object.", 'start from {{"bindings": [...]}}.'
    ),
    "function-json-value": _host("function.json: {name} is {found}, but must be {expected}.", "correct the value."),
    "bindings-missing": _host(
        "at least one binding must be declared.", 'add "bindings" (the name is case-sensitive) with a trigger.'
    ),
    "binding-not-an-object": _host("binding number {number} is {found}, not a JSON object.", "correct the bindings."),
    "configuration-source": _host(
        "{found} is not a value that 'configurationSource' may have.", "remove it, or write 'config' or 'attributes'."
    ),
    "script-file-missing": _host(
        "scriptFile {script!r} does not exist.",
        "correct the path: it is relative to the function's folder, and file names are case-sensitive.{suggestion}",
    ),
    "retry-value-missing": _host("the retry policy {strategy!r} has no {name!r}.", 'add it to "retry".'),
    "retry-value": _host("the retry policy's {name} is {found}, but must be {expected}.", 'correct "retry".'),
    "binding-name": _host(
        "{name} is not a valid binding name.",
        "rename it (and the parameter): {allowed}.",
    ),
    "binding-name-missing": _host("the binding has no name.", 'add "name": the parameter\'s name, or $return.'),
    "binding-name-duplicate": _host(
        "several bindings have the name {name!r}; case does not count.", "give each binding its own name."
    ),
    "binding-type-missing": _host("the binding has no type.", 'add "type", such as "queueTrigger" or "blob".'),
    "binding-type-unknown": _host(
        "no known extension registers the binding type {type!r}.{suggestion}",
        "correct the type. For an extension of your own, register it in a conftest.py with the hook "
        "pytest_azfunc_binding_types.",
    ),
    "binding-direction": _host("{found} is not a valid binding direction.", "write 'in' or 'out'."),
    "binding-value": _host("the binding's {name} is {found}, but must be {expected}.", "correct the value."),
    "return-direction": _host("a $return binding must have the direction 'out'.", 'add "direction": "out".'),
    "trigger-missing": _host(
        "no trigger binding: a function needs one binding of direction 'in' whose type ends in 'Trigger'.",
        "add the trigger.",
    ),
    "trigger-several": _host(
        "{count} trigger bindings ({names}); a function has exactly one.", "split it into several functions."
    ),
    "http-direction": _host(
        "an http binding can only be an output, but its direction is {found!r} ('in' is the default).",
        'write "direction": "out".',
    ),
    "route-reserved": _host(
        "the route {route!r} begins with {prefix!r}, which the host keeps for itself.", "choose another route."
    ),
    "route-conflict": _host(
        "the route {route!r} conflicts with the one of function {other!r}: same text, shared methods.",
        "change the route or the methods of one of them.",
    ),
    "schedule-invalid": _host("{reason}", "write six fields: second minute hour day month weekday, or hh:mm:ss."),
    "route-invalid": _app(
        "the route template {template!r} ({parts}) is not valid: {reason}.",
        "{remedy}.",
    ),
    "route-overlap": Rule(
        "no {requests} reaches it: {method} {path} is answered by {winner!r}, whose route is {route}.",
        "the host tries functions in the order of their names, ignoring case, and the first whose route fits answers.",
        "rename one of the two so that this one comes first, or change a route.",
    ),
    # --- names (FunctionNotFound)
    "function-not-found": _test("there is no function {name!r}.{suggestion} {known}", "correct the name."),
    "function-excluded": _test(
        "the function is left out by the 'functions' list of host.json.",
        "add it to that list, or remove the list.",
        "the host does not load it.",
    ),
    "function-object-unknown": _test(
        "the object ({found}) is the entry point of no function of this app.",
        "pass the name of the function, or the object that its entry point is.",
    ),
    # --- loading a script (FunctionLoadError)
    "script-outside-app": _load("the script {script} is not below the app's root {root}.", "move it into the app."),
    "script-not-python": _load("the script {script} does not end in .py.", "point scriptFile at the Python script."),
    "entry-point-not-a-function": _load(
        "{entry_point} is no function whose parameters can be read.",
        "make it a plain def or async def; a callable object or functools.partial does not load.",
    ),
    "script-is-missing": _load("the script {script} does not exist.", "write it, or set scriptFile."),
    "entry-point-missing": _load(
        "{script} has no function {entry_point}().{suggestion}", "define it, or set entryPoint in function.json."
    ),
    "import-exits": Rule(
        "{script} calls sys.exit() while it is imported.",
        "the worker process ends and the host starts it again, over and over.",
        "keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
    ),
    "direction-inout": _load("the direction 'inout' is not supported by the Python worker.", "use 'in' or 'out'."),
    "return-not-out": _load("the $return binding must have the direction 'out'.", "{correction}."),
    "context-annotation": _load(
        "the parameter 'context' is annotated {annotation}, but must be azure.functions.Context.",
        "annotate it as func.Context, or leave the annotation out.",
    ),
    "params-missing-in-function-json": _load(
        "the following parameters are declared in Python but not in function.json: {names}.{suggestion}",
        "add a binding for each, or remove the parameters; a default value does not help.",
    ),
    "params-missing-in-python": _load(
        "the following parameters are declared in {declared} but not in Python: {names}.{suggestion}",
        "add the parameters to {entry_point}(), or remove the bindings.",
    ),
    "out-annotation": _load("the annotation {annotation} of {binding!r} names no single type.", "write func.Out[str]."),
    "non-type-annotation": _load(
        "the annotation {annotation} of {binding!r} is not a class.{hint}",
        "annotate it with one of the binding's classes, or leave the annotation out.",
    ),
    "out-not-annotated-out": _load(
        "{binding!r} is an output, but its annotation {annotation} is not func.Out[...].",
        "write func.Out[{annotation}], or leave the annotation out.",
    ),
    "in-annotated-out": _load(
        "{binding!r} is an input, but its annotation is {annotation}.", "correct the annotation or the direction."
    ),
    "annotation-mismatch": _load(
        "the {type} binding {binding!r} does not take the annotation {annotation}.",
        "annotate it with one of the binding's classes{hint}, or leave the annotation out.",
    ),
    "return-annotation-out": _load(
        "the return annotation is {annotation}, but func.Out is for parameters.", "annotate the value itself."
    ),
    "return-annotation-non-type": _load(
        "the return annotation {annotation} is not a class.", "annotate one class, or leave the annotation out."
    ),
    "return-annotation-mismatch": _load(
        "the return annotation {annotation} does not match the $return binding of type {type}.",
        "annotate what the binding takes, or leave the annotation out.",
    ),
    "annotation-streaming": _load(
        "the request {binding!r} is annotated {annotation}, but this app imports {package}.",
        "annotate its Request, as every HTTP function of such an app must, or leave the annotation out.",
    ),
    "return-annotation-streaming": _load(
        "the return annotation {annotation} is none that {package} makes a response of.",
        "annotate one of its responses, a pydantic model, str, dict, list, int, float or bool, or leave it out.",
    ),
    # --- indexing a decorator app (AppIndexError for one function, else FunctionLoadError; ProjectError for settings)
    "script-name": _hidden(
        "PYTHON_SCRIPT_FILE_NAME is {name!r}, which is no name that the worker takes for a script.",
        "write the name of a .py file in the app's folder: letters, digits, '_' and '-' only, no folder.",
    ),
    "app-object-missing": _hidden(
        "{script} has no function app at its top level.{hint}", "write, for example: app = func.FunctionApp()."
    ),
    "app-object-several": _hidden(
        "{script} has more than one function app at its top level: {names}.{hint}",
        "keep one, and make the others blueprints: app.register_functions(...).",
    ),
    "params-missing-in-decorators": _load(
        "the following parameters are declared in Python but not in the decorators: {names}.{suggestion}",
        "add a binding for each, or remove the parameters; a default value does not help.",
    ),
    "durable-context-name": _load(
        "Durable Functions passes the context of an orchestrator or entity as 'context', not as {binding!r}.",
        'write context_name="context"; the function may call its parameter as it likes.',
    ),
    # --- payloads and inputs (BindingError)
    "payload-type": _test(
        "a {type} cannot take {found}.", "{remedy}.", "no host would send this value to this trigger."
    ),
    "payload-value": _test("{builder}(): {name} is {found}, but must be {expected}.", "correct the argument."),
    "payload-builder": _test(
        "{builder}(...) makes a payload for {makes}, but the trigger is a {type}.", "use {remedy}."
    ),
    "payload-not-json": _test(
        "{builder}(): {found} has no JSON form: {reason}.",
        "pass text or bytes, or make it serialisable.",
        "a message is text or bytes; no host would send this object.",
    ),
    "payload-not-utf8": _test(
        "the {type} {binding!r} delivers text, but the content is not UTF-8.",
        'set "dataType": "binary" in function.json, or pass UTF-8.',
    ),
    "blob-path": _host("the path {path!r} is not valid: {reason}.", "correct the path."),
    "blob-name": _test(
        "the blob {name!r} does not match the trigger's path {path!r}.",
        "give a name that matches.",
        "the blob would not start the function.",
    ),
    "http-url": _test(
        "the URL {url!r} does not match the function's route {route}.",
        "correct the URL.",
        "another function would answer, or nobody (404).",
    ),
    "http-url-missing": _test(
        "the route {route} has parameters, so the request needs a URL.", 'write http(method, "/api/...").'
    ),
    "http-method": _test(
        "a bare payload is a request's body, and which method sends it is not clear. Declared: {methods}; "
        "of these take a body: {fitting}.",
        'name the method: http("POST", json=...).',
    ),
    "http-method-not-declared": _test(
        "the method {method} is not among the declared ones ({methods}).",
        "correct the method.",
        "the host answers 404.",
    ),
    "decode-without-host": _test(
        "{builder}(...).decode() needs a function app, and no host is open.",
        "use the fixture azfunc_trigger (or invoke, azfunc_host), or Host.open(...).",
    ),
    "payload-list": _test(
        "a bare list is one JSON array, but the trigger takes many messages at a time (cardinality: many).",
        "write batch([...]) for several messages.",
    ),
    "payload-batch": _test(
        "batch(...) needs a trigger with cardinality 'many'; this one takes one message at a time.",
        'pass one message, or set "cardinality": "many".',
    ),
    "payload-many-json": Rule(
        "the {type} {binding!r} has no dataType, so every message must be JSON; that at index {index} is not, "
        "{found}: {reason}.",
        'the host fails the call before the function starts ("Binding parameters to complex objects").',
        'set "dataType": "string" or "binary" in function.json, or send JSON.',
    ),
    "payload-batch-empty": _test(
        "batch(): there is no message in it.", "pass at least one.", "the host never calls a function without messages."
    ),
    "payload-batch-length": _test(
        "batch(): {name} is a list of {found} for {expected} messages.",
        "give one value for each message, or one that is no list for all of them.",
    ),
    "payload-batch-keyword": _test(
        "batch(): {name!r} is no argument of {builder}(...).{suggestion} {known}",
        "correct the name; what is not in the list cannot be set, as Azure never sends it.",
    ),
    "payload-batch-item": _test(
        "batch(): the message at index {index} is {found}.",
        "pass text, bytes, a JSON value or {builder}(...); SDK objects only when all messages are.",
    ),
    "payload-batch-ready": _test(
        "batch(): the message at index {index} is a ready payload, so {names} cannot be set for it.",
        "set it where the payload is built, or pass the bare message.",
    ),
    "payload-batch-partition": _test(
        "the events of one batch come from several partitions: {found}.",
        "give all of them the same partition_id.",
        "every batch is read from one partition.",
    ),
    "payload-data-type": Rule(
        "{builder}(): the {type} {binding!r} cannot deliver the dataType {data_type!r}.",
        "the extension gives text only; the host fails to start the function.",
        'remove "dataType" from the trigger, or write "string".',
    ),
    "payload-json-text": _test(
        "{builder}(): the raw body is no JSON ({reason}), which the {type} {binding!r} reads.",
        'pass a str or a dict, which are sent as JSON, or set "dataType": "binary".',
        "the extension cannot read the request; the function is not called.",
    ),
    "input-unknown": _test("there is no input binding {name!r}.{suggestion} {known}", "correct the name."),
    "input-twice": _test("the input {name!r} is given twice: by keyword and in inputs.", "give it once."),
    "input-value": _test("the input {name!r} ({type}) cannot take {found}.", "give {expected}."),
    "input-is-trigger": _test(
        "{name!r} is the trigger, not an input binding.", "pass its payload as the second argument."
    ),
    "input-is-output": _test("{name!r} is an output, not an input binding.", "read it from result.outputs."),
    "async-in-running-loop": _test(
        "it is async, and an event loop is already running, so invoke() cannot wait for it.",
        "write: await ainvoke({function!r}, ...).",
    ),
    "output-missing": _test("the output {name!r} was not set.{suggestion} {known}", "set it, or correct the name."),
    "not-http": _test(
        "it has no HTTP response, so .{name} is not there.", "read result.outputs or result.return_value."
    ),
    "http-async-in-running-loop": _test(
        "it is async, and an event loop is already running here, so an HTTP client cannot wait for it.",
        "make the test a plain function, or await ainvoke({function!r}, http(...)), or use azfunc_live_server.",
    ),
    "http-answered-by-server": Rule(
        "the web server of HTTP streaming has answered {method} {path} with {status} itself.",
        "the function never gets the request, and its invocation hangs until it is timed out.",
        "choose another route or method: the server keeps /docs and the like for itself, and knows no made-up methods.",
    ),
    "http-body-taken": Rule(
        "it reads the request's body while its response is being streamed.",
        "the web server has taken the body by then, to learn whether the client leaves: it is lost, or the call hangs.",
        "read the body before the function returns, and keep it for the response.",
    ),
    "http-response-header": Rule(
        "its HTTP response has the header {name!r} with {found}, which no server sends.",
        "the server refuses the header, and the caller gets a 500.",
        "write the header in plain ASCII, without line breaks.",
    ),
    "http-throttled-for-ever": _test(
        "host.json lets {limit} requests run at a time, and for {seconds:g} seconds none of them has come to its end.",
        "look for a function that waits for another request to its own app, or for ever.",
        "the load balancer gives up, and the caller gets a 502.",
    ),
    "http-response-length": Rule(
        "its HTTP response says Content-Length: {claimed}, and its body has {length} bytes.",
        "the caller gets a 500, or the connection breaks off.",
        "leave Content-Length out: the host writes it.",
    ),
    "failure-unclaimed": _test(
        "{how} failed with {raised}, and nobody saw it.{more}",
        "mend it, or claim it: azfunc_host.failures.expect({kind}).",
        "the caller gets a 500 without a body; the exception is in the log only.",
    ),
    "failure-expected": _test(
        "azfunc_host.failures.expect(): {found} is no exception class.", "give a class, or a tuple of classes."
    ),
    "server-left-running": _test(
        "{request} was still running when the live server stopped.",
        "wait for the response, or let the function come to an end.",
    ),
    "failure-not-seen": _test("{expected} was expected, but {seen}.", "correct azfunc_host.failures.expect(...)."),
    "host-closed": _test("the host is closed.", "invoke functions before the `with Host.open(...)` block ends."),
    "setting": _test("the app setting {name}: {reason}.", "give a str under a plain name."),
    "mark": _test("@pytest.mark.azfunc: {reason}.", "its arguments are {known}, by keyword."),
    # --- outputs that Azure mangles (LossyOutputError)
    "output-keys-only": Rule(
        "the {type} output {name!r} got {found}.",
        "only its keys are sent: {sent}; the values are lost, and the call succeeds.",
        "set a str: json.dumps(value).",
    ),
    "output-dropped": Rule(
        "the {type} output {name!r} got {found}.",
        "nothing is sent, and the call succeeds.",
        "set a str (json.dumps(value)), bytes or a list.",
    ),
    "output-enveloped": Rule(
        "the {type} output {name!r} got {found}.",
        "the message on the queue is the JSON text {sent}, not the body; the call succeeds.",
        "set the body itself: a str or bytes.",
    ),
    "output-repr": Rule(
        "the {type} output {name!r} got {found}.",
        "Python's repr() is sent, not JSON: {sent}; the call succeeds.",
        "set a str: json.dumps(value).",
    ),
    "output-number": Rule(
        "the {type} output {name!r} got {found}.",
        "{sent}; the call succeeds.",
        "set the text that you want to be stored: str(value) or json.dumps(value).",
    ),
    # --- what is not emulated (UnsupportedFeature)
    "unsupported": Rule("{feature} is not emulated by pytest-azfunc.", "{azure}", "{remedy}"),
}
