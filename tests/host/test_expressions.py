"""Binding expressions, apart from any function: the table of the host's own behaviour, and what holds for any text."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.binding_data import binding_data
from pytest_azfunc.host.bindings.address_error import AddressError
from pytest_azfunc.host.bindings.blob_address import blob_parts
from pytest_azfunc.host.bindings.blob_path import BlobPathError, BlobPattern
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.queue_names import queue_name
from pytest_azfunc.host.expressions import ExpressionError, Surroundings, Template
from pytest_azfunc.host.net_formats import FormatError, date_text, guid_text
from pytest_azfunc.host.net_objects import Guid, Json, Names, NetObject
from pytest_azfunc.host.web.http_request import DICTIONARIES, PreparedRequest, make_delivery
from pytest_azfunc.project.names import NameMapping
from pytest_azfunc.project.setting_names import (
    SettingNameError,
    filled_in,
    find_setting,
    missing_settings,
    setting_names,
)
from pytest_azfunc.rpc import TypedData

NOW = datetime(2026, 3, 1, 2, 3, 4, 567000, tzinfo=timezone.utc)
GUID = "c914be08-fae6-4014-a619-c5f7ebf3fe37"
AROUND = Surroundings(NOW, lambda: GUID, "MyMethod")
TABLE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("expressions.json").read_text(encoding="utf-8"))


def rows(*kinds: str) -> pytest.MarkDecorator:
    """The rows of the table that are of these kinds."""
    found = [row for row in TABLE if row["kind"] in kinds]
    return pytest.mark.parametrize("row", [pytest.param(row, id=_label(row)) for row in found])


def _label(row: dict[str, Any]) -> str:
    text = next(
        str(row[key])
        for key in ("template", "default", "pattern", "value", "trigger_value")
        if row.get(key) is not None
    )
    return text.encode("ascii", "replace").decode()


def net_value(value: Any) -> Any:
    """A value of the table as the package has it."""
    if not isinstance(value, dict):
        return value
    kind: str = value["$type"]
    inner: Any = value.get("value")
    if kind in ("jobject", "jarray", "jvalue"):
        return Json(inner)
    if kind == "dict":
        return Names(inner, value.get("ignore_case", False))
    if kind == "object":
        return NetObject({name: NetObject(item) if isinstance(item, dict) else item for name, item in inner.items()})
    if kind == "datetime":
        return datetime.fromisoformat(inner.replace("Z", "+00:00"))
    if kind == "guid":
        return Guid(inner)
    return inner if kind in ("int", "char", "bool", "double") else NetObject()


def evaluated(text: str, names: dict[str, Any], settings: dict[str, str] | None = None) -> str:
    if settings is not None:
        if missing := missing_settings(text, settings):
            raise SettingNameError(f"'%{missing[0]}%' does not resolve to a value.")
        text = filled_in(text, settings)
    values = NameMapping((name, net_value(value)) for name, value in names.items() if name != "sys")
    return Template.parse(text).evaluate(values, AROUND)


def check(expected: dict[str, Any], make: Any) -> None:
    """Compare what comes of it, or how it is refused, with what the table has."""
    try:
        found = make()
    except (ExpressionError, SettingNameError, AddressError, BlobPathError) as error:
        assert expected.get("error", expected.get("error_contains")) is not None, str(error)
        assert str(error) == expected["error"] if "error" in expected else expected["error_contains"] in str(error)
        return
    if "now_format" in expected:
        assert found == date_text(NOW, expected["now_format"])
    if "value_regex" in expected:
        assert re.search(expected["value_regex"], found)
    else:
        assert found == expected["value"]


# The table


@rows("name_resolve")
def test_settings_of_the_table(row: dict[str, Any]) -> None:
    check(row["expect"], lambda: evaluated(row["template"], {}, row["settings"]))


@rows("template", "pipeline", "attribute_default")
def test_templates_of_the_table(row: dict[str, Any]) -> None:
    text: Any = row.get("default") if row["template"] is None else row["template"]
    check(row["expect"], lambda: evaluated(text, row["binding_data"], row.get("settings")))


@rows("blob_trigger_match")
def test_captures_of_the_table(row: dict[str, Any]) -> None:
    try:
        found = BlobPattern.parse(row["pattern"]).match(row["path"])
    except BlobPathError as error:
        said = row["expect"].get("error_contains", "'container/blob'")  # the rest of it is in words of our own
        assert said in str(error)
        return
    assert found == row["expect"]["match"]


@rows("template_source_match")
def test_captures_keep_the_case_of_the_name(row: dict[str, Any]) -> None:
    """Of the path that is compared without case, the container is what the trigger's pattern has in lower case."""
    pattern, path = row["pattern"], row["path"]
    if row.get("ignore_case"):
        pattern, path = pattern.replace("A/b", "a/b"), path.replace("A/B", "a/b")
    else:
        pattern, path = pattern.replace("A/", "a/"), path.replace("A/", "a/")
    assert BlobPattern.parse(pattern).match(path) == row["expect"]["match"]


@rows("blob_path_parse")
def test_blob_paths_of_the_table(row: dict[str, Any]) -> None:
    check(row["expect"], lambda: "/".join(blob_parts(row["value"])))


@rows("queue_name")
def test_queue_names_of_the_table(row: dict[str, Any]) -> None:
    with pytest.raises(AddressError) as caught:
        queue_name(row["value"])
    assert str(caught.value) == row["expect"]["error"]


@rows("payload_binding_data")
def test_payloads_of_the_table(row: dict[str, Any]) -> None:
    metadata = {name: TypedData("string", text) for name, text in row["existing"].items()}
    overlay(metadata, row["trigger_value"])
    assert dict(binding_data(None, metadata, {})) == {
        name: net_value(value) for name, value in row["expect"]["binding_data"].items()
    }


@rows("http_expression")
def test_requests_of_the_table(row: dict[str, Any]) -> None:
    from urllib.parse import urlsplit

    request = row["request"]
    url = request["url"].replace("{test:alpha}", "path1")
    body = request.get("body", "").encode()
    headers = {**request.get("headers", {}), "Content-Length": str(len(body))}
    prepared = PreparedRequest(request["method"], url, tuple(headers.items()), body)
    delivery = make_delivery(prepared, urlsplit(url), urlsplit(url).path, request.get("route", {}))
    names = binding_data(delivery.value, delivery.metadata, DICTIONARIES)
    assert Template.parse(row["template"]).evaluate(names, AROUND) == row["expect"]["value"]


# App settings


def test_names_of_settings() -> None:
    settings = {"Orders__Queue": "a", "b": "{x}%c%", "empty": ""}
    assert find_setting("ORDERS:queue", settings) == find_setting("orders__QUEUE", settings) == "a"
    assert filled_in("%orders:queue%/%b%/%empty%.", settings) == "a/{x}%c%/."
    assert filled_in("%absent%-%b%", settings) == "%absent%-{x}%c%"
    assert missing_settings("%x%%b%%y%%x%", settings) == ("x", "y")
    assert setting_names("%a%b%a%") == ("a", "a")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("%", "The '%' at position 0 does not have a closing '%'"),
        ("%a%%", "The '%' at position 3 does not have a closing '%'"),
        ("like '%x'", "The '%' at position 6 does not have a closing '%'"),
        ("100%%", "'%%' does not resolve to a value."),
    ],
)
def test_per_cent_signs_that_begin_no_name(text: str, error: str) -> None:
    with pytest.raises(SettingNameError) as caught:
        setting_names(text)
    assert str(caught.value) == error


# Neighbours of the table

NAMES: dict[str, Any] = {
    "id": "7",
    "Count": 3,
    "flag": True,
    "price": 1.5,
    "nothing": None,
    "order": {"$type": "jobject", "value": {"Id": 5, "lines": [1, 2], "gone": None, "who": {"name": "Ada"}, "t": "x"}},
    "Query": {"$type": "dict", "value": {"name": "x", "n": 123}},
    "Headers": {"$type": "dict", "ignore_case": True, "value": {"X-Id": "9"}},
    "received": {"$type": "datetime", "value": "2024-01-02T03:04:05Z"},
    "naïve": "ï",
    "a_1": "u",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders/{id}.json", "orders/7.json"),
        ("{ID}{iD}", "77"),
        ("{count}", "3"),
        ("[{flag}{price}{nothing}{order}{query}]", "[]"),
        ("{order.id}-{ORDER.ID}-{order.who.NAME}", "5-5-Ada"),
        ("[{order.lines}{order.gone}{order.who}]", "[]"),
        ("{order.lines.count}", "2"),
        ("{order.t.value.length}", "1"),
        ("{query.n}", "123"),
        ("{headers.x-id}", "9"),
        ("{received}", "2024-01-02T03-04-05Z"),
        ("{received:dd.MM.yyyy}", "02.01.2024"),
        ("{received.year}", "2024"),
        ("{received.dayofweek}", "2"),
        ("{id:N}", "7"),
        ("{naïve}{a_1}", "ïu"),
        ("{{id}}", "{id}"),
        ("{{{{}}}}", "{{}}"),
        ("a}}b{{c", "a}b{c"),
        ("{{{id}}}{id}", "{7}7"),
        ("{id.length}", "1"),
        ("{sys.methodname}/{SYS.RandGuid:N}", f"MyMethod/{GUID.replace('-', '')}"),
        ("{sys.utcnow}", "2026-03-01T02-03-04Z"),
        ("{sys.utcnow:yyyy.MM.dd}", "2026.03.01"),
        ("{sys.utcnow.hour}", "2"),
        ("[{sys}]", "[]"),
        ("{datetime}", "2026-03-01T02-03-04Z"),
        ("{datetime:yyyy.MM.dd}", "2026"),
        ("{DateTime:yyyy-MM-ddTHH:mm}", "2026-03-01T02:03"),
        ("{DateTimeReceived}", "2026-03-01T02-03-04Z"),
        ("{datetime of day!}", "2026-03-01T02-03-04Z"),
        ("{rand-guid}", GUID),
        ("{rand-guid:B}", f"{{{GUID}}}"),
        ("{rand-guidX.y}", GUID),
        ("", ""),
        ("plain", "plain"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert evaluated(text, NAMES) == expected


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        ("{absent}", "InvalidOperationException", "No value for named parameter 'absent'."),
        ("{absent.x:N}", "InvalidOperationException", "No value for named parameter 'absent'."),
        ("{order.nope}", "InvalidOperationException", "Error while accessing 'nope': property doesn't exist."),
        ("{order.gone.x}", "InvalidOperationException", "Error while accessing 'x': property doesn't exist."),
        ("{query.Name}", "InvalidOperationException", "Error while accessing 'Name': property doesn't exist."),
        ("{count.x}", "InvalidOperationException", "Error while accessing 'x': property doesn't exist."),
        (
            "{nothing.x}",
            "InvalidOperationException",
            "Error while accessing 'x': Object reference not set to an instance of an object.",
        ),
        ("{a..b}", "InvalidOperationException", "Illegal expression: System.String[]"),
        ("{a.}", "InvalidOperationException", "Illegal expression: System.String[]"),
        ("{rand-guid.}", "InvalidOperationException", "Illegal expression: System.String[]"),
        ("x{", "FormatException", "Invalid template 'x{'. Missing closing bracket at position 2."),
        ("x}", "FormatException", "Invalid template 'x}'. Missing opening bracket at position 2."),
        ("{id}}", "FormatException", "Invalid template '{id}}'. Missing opening bracket at position 5."),
        ("{a{id}", "FormatException", "Invalid template '{a{id}'. Missing closing bracket at position 1."),
        ("a{}", "FormatException", "Invalid template 'a{}'. The parameter name at position 2 is empty."),
        ("{x-y.z}", "FormatException", "Invalid template '{x-y.z}'. The parameter name 'x-y' is invalid."),
        ("{ id}", "FormatException", "Invalid template '{ id}'. Invalid template expression ' id"),
        ("{i d}", "FormatException", "Invalid template '{i d}'. Invalid template expression 'i d"),
        ("{.a}", "FormatException", "Invalid template '{.a}'. Invalid template expression '.a"),
        ("{:x}", "FormatException", "Invalid template '{:x}'. Invalid template expression ':x"),
        ("{datetime:%}", "FormatException", "Input string was not in a correct format."),
        (
            "{rand-guid:Q}",
            "FormatException",
            'Format string can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".',
        ),
    ],
)
def test_errors(text: str, kind: str, error: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluated(text, NAMES)
    assert (caught.value.kind, str(caught.value)) == (kind, error)


def test_what_the_trigger_gives_comes_before_the_hosts_own() -> None:
    names = {"datetime": "mine", "sys": "ignored", "DateTimeReceived": "then", "rand-guid": "x"}
    assert evaluated("{DATETIME}-{datetime:yyyy}-{datetimereceived}-{rand-guid}", names) == "mine-2026-then-x"
    values = NameMapping([("SYS", Json({"methodname": "theirs"}))])
    assert Template.parse("{sys.MethodName}").evaluate(values, AROUND) == "theirs"


def test_a_new_guid_for_each_expression() -> None:
    guids = iter(["1", "2", "3"])
    around = Surroundings(NOW, lambda: next(guids))
    assert Template.parse("{rand-guid}{sys.randguid}{rand-guid}").evaluate({}, around) == "123"


# Metadata, as it goes over the wire

METADATA = {
    "Id": TypedData("string", "m1"),
    "DequeueCount": TypedData("json", "4"),
    "InsertionTime": TypedData("json", '"2024-01-02T03:04:05.6789+00:00"'),
    "EnqueuedTimeUtc": TypedData("json", '"2024-01-02T03:04:05.678"'),
    "At": TypedData("json", '"2024-01-02T03:04:05Z"'),
    "Uri": TypedData("json", '"https://a.blob.core.windows.net/in/a%20b.png?x=1"'),
    "Properties": TypedData("json", '{"Kind":"k","Size":5,"At":"2024-01-02T03:04:05+00:00","In":{"A":"b"},"L":[1]}'),
    "data": TypedData("json", '{"URL":"u","big":1.50,"at":"2024-01-02T03:04:05Z"}'),
    "Items": TypedData("json", "[1,2]"),
    "Flag": TypedData("json", "true"),
    "Many": TypedData("collection_string", ["a"]),
    "Broken": TypedData("json", "{"),
    "Span": TypedData("json", '"00:00:05"'),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{id}-{dequeuecount}", "m1-4"),
        ("[{insertiontime}{uri}{items}{flag}{many}{broken}{span}{properties}]", "[]"),
        ("{InsertionTime.Year}/{InsertionTime.UtcDateTime}", "2024/2024-01-02T03-04-05Z"),
        ("{EnqueuedTimeUtc}/{EnqueuedTimeUtc:HH:mm:ss.fff}", "2024-01-02T03-04-05/03:04:05.678"),
        ("{at}", "2024-01-02T03-04-05Z"),
        ("{uri.host}{uri.localpath}{uri.query}", "a.blob.core.windows.net/in/a b.png?x=1"),
        ("{properties.Kind}{properties.Size}[{properties.At}]{properties.In.a}[{properties.L}]", "k5[]b[]"),
        ("{data.url}-{data.big}-{data.at}", "u-1.5-01/02/2024 03:04:05"),
    ],
)
def test_metadata(text: str, expected: str) -> None:
    names = binding_data(None, METADATA, {"properties": False})
    assert Template.parse(text).evaluate(names, AROUND) == expected


def test_a_payload_of_text_gives_its_properties() -> None:
    names = binding_data(TypedData("string", '{"id": 7, "at": {"x": 1}}'), {"ID": TypedData("string", "m")}, {})
    assert Template.parse("{id}{at.X}").evaluate(names, AROUND) == "71"
    assert binding_data(TypedData("bytes", b'{"id": 7}'), {}, {}) == {}


def test_names_in_dictionaries_are_compared_with_case() -> None:
    with pytest.raises(ExpressionError, match="Error while accessing 'kind': property doesn't exist"):
        Template.parse("{properties.kind}").evaluate(binding_data(None, METADATA, {"properties": False}), AROUND)
    names = binding_data(None, METADATA, {"properties": True})
    assert Template.parse("{properties.kind}").evaluate(names, AROUND) == "k"


# .NET's formats

MOMENT = datetime(2026, 3, 1, 14, 5, 9, 120304, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text_format", "expected"),
    [
        ("yyyy-MM-ddTHH-mm-ssK", "2026-03-01T14-05-09Z"),
        ("d/M/yy h:m:s t", "1/3/26 2:5:9 P"),
        ("ddd dddd MMM MMMM", "Sun Sunday Mar March"),
        ("y yyy yyyyy", "26 2026 02026"),
        ("hh tt", "02 PM"),
        ("f ff fff ffffff fffffff", "1 12 120 120304 1203040"),
        ("F.FFFFFFF|FF", "1.120304|12"),
        ("z zz zzz", "+0 +00 +00:00"),
        ("gg", "A.D."),
        (r"'it''s' \d \\", r"its d \\"[:-1]),
        ('"quoted d"d', "quoted d1"),
        ("%d", "1"),
        ("YYYY-DD", "YYYY-DD"),
        ("", "03/01/2026 14:05:09"),
        ("d", "03/01/2026"),
        ("D", "Sunday, 01 March 2026"),
        ("f", "Sunday, 01 March 2026 14:05"),
        ("F", "Sunday, 01 March 2026 14:05:09"),
        ("g", "03/01/2026 14:05"),
        ("G", "03/01/2026 14:05:09"),
        ("M", "March 01"),
        ("o", "2026-03-01T14:05:09.1203040Z"),
        ("R", "Sun, 01 Mar 2026 14:05:09 GMT"),
        ("s", "2026-03-01T14:05:09"),
        ("t", "14:05"),
        ("T", "14:05:09"),
        ("u", "2026-03-01 14:05:09Z"),
        ("U", "Sunday, 01 March 2026 14:05:09"),
        ("Y", "2026 March"),
    ],
)
def test_formats_of_dates(text_format: str, expected: str) -> None:
    assert date_text(MOMENT, text_format) == expected


def test_dates_of_no_kind() -> None:
    assert date_text(MOMENT.replace(tzinfo=None), "HH:mmK zzz") == "14:05 +00:00"
    assert [date_text(MOMENT.replace(hour=hour), "%h") for hour in (0, 11, 12, 23)] == ["12", "11", "12", "11"]


@pytest.mark.parametrize("text_format", ["x", "Z", "%", "%%", "dd'", "yyyy\\", '"', "ffffffff", "a%"])
def test_formats_that_net_refuses(text_format: str) -> None:
    with pytest.raises(FormatError, match="Input string was not in a correct format"):
        date_text(MOMENT, text_format)


def test_formats_of_guids() -> None:
    assert guid_text(GUID, "d") == guid_text(GUID, "") == GUID
    assert guid_text(GUID, "P") == f"({GUID})"
    assert guid_text(GUID, "x") == "{0xc914be08,0xfae6,0x4014,{0xa6,0x19,0xc5,0xf7,0xeb,0xf3,0xfe,0x37}}"


# Any text

PIECES = st.lists(
    st.sampled_from(["{", "}", "{{", "}}", "id", "a.b", "-", ":", "datetime", "rand-guid", " ", "é", "."])
)


@given(st.one_of(st.text(), PIECES.map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        Template.parse(text).evaluate(NameMapping([("id", "7")]), AROUND)
    except ExpressionError as error:
        assert error.kind in ("FormatException", "InvalidOperationException")
        assert str(error)


@given(st.text())
def test_literal_text_comes_back(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert Template.parse(escaped).evaluate({}, AROUND) == text


@given(st.text(), st.text(), st.text())
def test_values_are_not_read_again(before: str, value: str, after: str) -> None:
    start, end = (text.replace("{", "{{").replace("}", "}}") for text in (before, after))
    template = Template.parse(f"{start}{{id}}{end}")
    assert template.evaluate(NameMapping([("id", value)]), AROUND) == f"{before}{value}{after}"


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_any_text_with_settings(text: str, settings: dict[str, str]) -> None:
    try:
        names = setting_names(text)
    except SettingNameError:
        assert "%" in text
        return
    filled = filled_in(text, settings)
    if not names:
        assert filled == text
    assert set(missing_settings(text, settings)) <= set(names)


@given(st.text(max_size=12), st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_any_format(text_format: str, moment: datetime) -> None:
    try:
        assert isinstance(date_text(moment, text_format), str)
    except FormatError:
        pass


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))
def test_the_round_trip_format_comes_back(moment: datetime) -> None:
    text = date_text(moment, "yyyy-MM-ddTHH:mm:ss.ffffff")
    assert datetime.fromisoformat(text) == moment
    assert date_text(moment, "o")[:-1] == text
    days = timedelta(days=moment.weekday())
    assert date_text(moment - days if moment.toordinal() > 7 else moment, "dddd")
