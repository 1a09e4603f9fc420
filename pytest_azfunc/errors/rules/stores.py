"""What tests and functions put into stores and look for there (StoreError, UnsupportedFeature)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

STORES: Final[dict[str, Rule]] = {
    "sdk-request": Rule(
        "{client} sends a request to {address}{why}. No such request leaves a test.",
        "the request is answered.",
        "{instead}replace the client in the test, with monkeypatch. Where a real service is meant, give its address in "
        "@pytest.mark.azfunc(settings=...), azfunc_settings or the environment.",
    ),
    "not-stored": of_test("there is no {what} {name!r}.{suggestion}{known}", "put it there first, or look at .exists."),
    "store-name": Rule(
        "no {what} can be called {name}: {reason}.",
        "the service refuses the name.",
        "give a name that the service can have.",
    ),
    "store-message-size": Rule(
        "a message of {size} bytes for the queue {name!r} is {sent} bytes as it is sent, and {limit} are allowed.",
        "the queue service refuses it (RequestBodyTooLarge), and the call fails.",
        "put the content into a blob, and its name on the queue.",
    ),
}
