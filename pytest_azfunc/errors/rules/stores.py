"""What tests and functions put into stores and look for there (StoreError, UnsupportedFeature)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule, of_test

STORES: Final[dict[str, Rule]] = {
    "not-stored": of_test("there is no {what} {name!r}.{suggestion}{known}", "put it there first, or look at .exists."),
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
