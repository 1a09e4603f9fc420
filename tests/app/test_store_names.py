"""The names that tests give to places in stores: what Azure refuses is an error, and no setting's value is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host, StoreError, UnsupportedFeature
from pytest_azfunc.errors import shown
from tests.function_app import FunctionApp

SECRET = "no?NAME/at/ALL/"  # no service takes it
REFUSED = ["  Azure:  the service refuses the name.", "  remedy: give a name that the service can have.", "  rule:   store-name"]  # fmt: skip

BLOB = (
    "it is 'container/name'; a container has 3 to 63 lower-case letters, digits and single dashes, and a name has up "
    "to 1024 characters, no backslash, and no dot or slash at its end"
)
SQL = "it is 'schema.table', or 'table', each of up to 128 characters"
# By what a test calls: what it asks for, a rule, and names that break it.
PLACES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "queue": ("queue", "it has 3 to 63 letters, digits and single dashes, and no dash first or last", ()),
    "blob": ("blob", BLOB, ()),
    "blobs": (
        "container",
        "it has 3 to 63 lower-case letters, digits and single dashes, and no dash first or last",
        ("", "ab", "Inbox", "in_box", "x" * 64, "a/b", "-ab", "ab-", "a--b"),
    ),
    "table": (
        "table",
        "it has 3 to 63 letters and digits, and begins with a letter",
        ("", "ab", "my-table", "1st", "tables", "x" * 64),
    ),
    "cosmos": (
        "container",
        "it is 'database/container', each of up to 255 characters without / \\ ? #",
        ("", "orders", "shop/", "/orders", "shop/a?b", "shop/a/b", "shop/orders ", "shop/" + "x" * 256),
    ),
    "service_bus": (
        "entity of Service Bus",
        "it has up to 260 letters, digits and . - _ / ~, with a letter or digit first and last",
        ("", "-a", "a-", "a//b", "a b", "ä", "x" * 261),
    ),
    "event_hub": (
        "event hub",
        "it has up to 256 letters, digits, dots, dashes and underscores, a letter or digit first and last",
        ("", "-a", "a b", "x" * 257),
    ),
    "kafka": (
        "topic of Kafka",
        "it has up to 249 letters, digits, dots, dashes and underscores",
        ("", ".", "..", "a/b", "x" * 250),
    ),
    "sql": ("table", SQL, ("", ".", "dbo.", ".a", "a..b", "[]", "dbo." + "x" * 129)),
    "mysql": ("table", SQL.replace("128", "64"), ("", "x" * 65)),
}
QUEUES = {
    "ab": 'A queue name must be from 3 to 63 characters long - "ab"',
    "x" * 64: f'A queue name must be from 3 to 63 characters long - "{"x" * 64}"',
    "-ab": 'The dash (-) character may not be the first or last letter - "-ab"',
    "a_b": 'A queue name can contain only letters, numbers, and dash(-) characters - "a_b"',
    "a--b": "A queue name cannot contain consecutive dash(-) characters",
}
BLOBS = {
    "": "Invalid blob path specified : ''. Blob identifiers must be in the format 'container/blob'",
    "inbox": "Invalid blob path specified : 'inbox'. Blob identifiers must be in the format 'container/blob'",
    "Inbox/a": "Invalid container name: Inbox",
    "in--box/a": BLOB,
    "inbox/a.": "The given blob name 'a.' has an invalid suffix: '.' or '/'",
    "inbox/a\\b": "The given blob name 'a\\b' has a backslash in it",
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    app.function("One", "def main(msg): pass")
    with Host.open(app.root, settings={"SECRET": SECRET, "KIND": "orders", "ENDS": "-"}) as opened:
        yield opened


def told(call: Callable[[], object]) -> list[str]:
    with pytest.raises(StoreError) as caught:
        call()
    return str(caught.value).splitlines()


BROKEN = [
    *((call, name, rule) for call, (_, rule, names) in PLACES.items() for name in names),
    *(("queue", name, reason) for name, reason in QUEUES.items()),
    *(("blob", path, reason) for path, reason in BLOBS.items()),
]


@pytest.mark.parametrize(
    ("call", "name", "reason"), [pytest.param(*row, id=f"{row[0]}-{ascii(row[1])[:20]}") for row in BROKEN]
)
def test_names_that_azure_refuses(host: Host, call: str, name: str, reason: str) -> None:
    what = PLACES[call][0]
    assert told(lambda: getattr(host, call)(name)) == [f"no {what} can be called {shown(name)}: {reason}.", *REFUSED]


@pytest.mark.parametrize("call", PLACES)
def test_a_name_with_settings_in_it_is_refused_without_showing_them(host: Host, call: str) -> None:
    what, rule, _ = PLACES[call]
    name = "%SECRET%." if call in ("sql", "mysql") else "%secret%"
    lines = told(lambda: getattr(host, call)(name))
    assert lines == [f"no {what} can be called {name!r} with its app settings put in: {rule}.", *REFUSED]


def test_settings_are_put_in(host: Host) -> None:
    host.queue("%KIND%-eu").put("x")
    assert len(host.queue("orders-eu")) == 1
    assert told(lambda: host.queue("eu%ENDS%"))[0].startswith("no queue can be called 'eu%ENDS%' with")


@pytest.mark.parametrize("call", [*PLACES, "event_grid"])
def test_a_setting_that_is_not_there(host: Host, call: str) -> None:
    what = PLACES[call][0] if call in PLACES else "topic of Event Grid"
    assert told(lambda: getattr(host, call)("inbox/%MISSING%-%KIND%-%Other%")) == [
        f"the name 'inbox/%MISSING%-%KIND%-%Other%' of a {what} has app settings in it that are not there: MISSING, Other.",
        "  Azure:  the host puts a function in error whose binding has such a name.",
        "  remedy: set them, as with azfunc_settings, or write the name itself.",
        "  rule:   store-name-setting",
    ]


@pytest.mark.parametrize("call", [*PLACES, "event_grid"])
@pytest.mark.parametrize("name", [b"inbox/a", 7, ["orders"], Path("inbox/a"), "inbox/\ud800"])
def test_what_is_no_text(host: Host, call: str, name: Any) -> None:
    what = PLACES[call][0] if call in PLACES else "topic of Event Grid"
    is_text = isinstance(name, str)
    reason = "it has text that UTF-8 cannot carry (a lone surrogate)" if is_text else "a name is text"
    assert told(lambda: getattr(host, call)(name)) == [f"no {what} can be called {name!r}: {reason}.", *REFUSED]


@pytest.mark.parametrize("call", PLACES)
def test_none_is_no_name(host: Host, call: str) -> None:
    what = PLACES[call][0]
    assert told(lambda: getattr(host, call)(None))[0] == f"no {what} can be called None: a name is text."


def test_a_per_cent_sign_of_a_blob_stands_for_itself(host: Host) -> None:
    for name in ("50%", "50%%", "a%b%c%"):
        host.blob(f"inbox/{name}").write(name)
        assert host.blob(f"inbox/{name}").text == name


def test_a_snapshot_is_refused_as_it_was_written(host: Host) -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        host.blob("inbox/%KIND%?snapshot=2026-03-01T00:00:00.0000000Z")
    assert caught.value.problem == (
        "a snapshot of a blob ('inbox/%KIND%?snapshot=2026-03-01T00:00:00.0000000Z') is not emulated by pytest-azfunc."
    )


def test_names_that_services_take(host: Host) -> None:
    host.queue("3-Queue")
    host.blobs("$web")
    host.blob("$root/Ä b/c.txt")
    host.table("A1b")
    host.cosmos("Shop 1/Orders.2")
    host.service_bus("topic/Subscriptions/sub.1")
    host.service_bus("queue/$DeadLetterQueue")
    host.event_hub("a")
    host.kafka("_a")
    host.event_grid("any setting")
    host.sql("[dbo].[Order Lines]")
    host.mysql("`shop`.`orders`")
