"""What tests and functions put into stores and look for there (StoreError, UnsupportedFeature)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

STORES: Final[dict[str, Rule]] = {
    "not-stored": of_test("there is no {what} {name}.{suggestion}{known}", "put it there first, or look at {look}."),
    "store-unknown": of_test(
        "there is no store {name}.{suggestion} {known}",
        "return what makes it from the hook pytest_azfunc_stores, or correct the name; for outputs of types without a "
        "store there is azfunc_host.sink(...).",
    ),
    "store-maker": of_test(
        "the hook pytest_azfunc_stores has returned {found} for {name}.",
        "return a mapping of names to what makes a store, such as a class, when it is given the host.",
    ),
    "sink-unknown": of_test(
        "no output has the binding type {name}.{suggestion}",
        "correct the name, or name the type in the hook pytest_azfunc_binding_types.",
    ),
    "sink-elsewhere": of_test("outputs of the type {name!r} are kept elsewhere.", "look at {where}."),
    "sdk-request": Rule(
        "{client} sends a request to {address}{why}. No such request leaves a test.",
        "the request is answered.",
        "{instead}replace the client in the test, with monkeypatch. Where a real service is meant, give its address in "
        "@pytest.mark.azfunc(settings=...), azfunc_settings or the environment.",
    ),
    "store-name": Rule(
        "no {what} can be called {name}: {reason}.",
        "the service refuses the name.",
        "give a name that the service can have.",
    ),
    "store-name-setting": Rule(
        "the name {name} of a {what} has app settings in it that are not there: {missing}.",
        "the host puts a function in error whose binding has such a name.",
        "set them, as with azfunc_settings, or write the name itself.",
    ),
    "store-message-size": Rule(
        "a message of {size} bytes for the queue {name!r} is {sent} bytes as it is sent, and {limit} are allowed.",
        "the queue service refuses it (RequestBodyTooLarge), and the call fails.",
        "put the content into a blob, and its name on the queue.",
    ),
}
