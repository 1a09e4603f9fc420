"""Requests that a test makes, and responses that no server sends. (BindingError)"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

HTTP: Final[dict[str, Rule]] = {
    "http-url": of_test(
        "the URL {url!r} does not match the function's route {route}.",
        "correct the URL.",
        "another function would answer, or nobody (404).",
    ),
    "http-url-missing": of_test(
        "the route {route} has parameters, so the request needs a URL.",
        'write http("{method}", "{route}"), with values in the place of the braces.',
    ),
    "http-method": of_test(
        "a bare payload is a request's body, and which method sends it is not clear. Declared: {methods}; "
        "of these take a body: {fitting}.",
        "{remedy}.",
    ),
    "http-method-not-declared": of_test(
        "the method {method} is not among the declared ones ({methods}).",
        "correct the method.",
        "the host answers 404.",
    ),
    "not-http": of_test(
        "it has no HTTP response, so .{name} is not there.", "read result.outputs or result.return_value."
    ),
    "http-async-in-running-loop": of_test(
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
    "http-throttled-for-ever": of_test(
        "host.json lets {limit} requests run at a time, and for {seconds:g} seconds none of them has come to its end.",
        "look for a function that waits for another request to its own app, or for ever.",
        "the load balancer gives up, and the caller gets a 502.",
    ),
    "http-response-length": Rule(
        "its HTTP response says Content-Length: {claimed}, and its body has {length} bytes.",
        "the caller gets a 500, or the connection breaks off.",
        "leave Content-Length out: the host writes it.",
    ),
}
