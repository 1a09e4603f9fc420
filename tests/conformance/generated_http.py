"""HTTP requests as tests send them and responses as functions return them, made by hypothesis."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.host.bindings.http import http
from tests.conformance.apps import Call, Case
from tests.conformance.table_http import MADE, SEES, from_wire, sent

# ------------------------------------------------------------------------------------------------------- requests

_text = st.text(max_size=6)  # no lone surrogates: nothing that came over a network holds one
_line = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), max_size=8).map(str.strip)
_escaped = st.one_of(
    _text.map(lambda text: quote(text, safe="")),
    st.sampled_from(["a", "A", "é", "+", "%20", "%2F", "%2f", "%C3%A9", "%FF", "%", "%2", "%zz", "%00", "%25", ";", ",", "@", "=", "~"]),
    st.binary(max_size=4).map(quote),
)  # fmt: skip
_segments = st.one_of(_escaped, _escaped, st.sampled_from(["", ".", "..", "%2e", "api", "é%C3%A9"]))
_paths = st.lists(_segments, max_size=4).map("/".join)
_keys = st.one_of(st.sampled_from(["a", "A", "b", "", "code", "é", "a%62", "query", "Headers"]), _escaped)
_pairs = st.one_of(
    st.tuples(_keys, st.one_of(st.just(""), st.sampled_from(["1", "2"]), _escaped)).map("=".join),
    _keys,
    st.sampled_from(["a=1=2", "=", "a=%26&a=%3D"]),
)
_queries = st.one_of(st.just(""), st.lists(_pairs, max_size=5).map(lambda pairs: "?" + "&".join(pairs)))

_names = st.one_of(
    st.sampled_from(["X-A", "x-a", "X-a", "Accept", "Cookie", "Content-Type", "content-type", "X_B", "Host", "Content-Length"]),
    st.text("abcXYZ019-_.!#$%&'*+^`|~", min_size=1, max_size=8),
)  # fmt: skip
_content_types = st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=latin-1"]
    + ["multipart/form-data; boundary=b", 'multipart/form-data; boundary="b"', "multipart/form-data", "text/plain", ""]
)
_values = st.one_of(_line, st.sampled_from(["", "1", "a=b; c=d", "a,b", "é", "\u20ac"]), _content_types)
_headers = st.lists(st.tuples(_names, _values), max_size=5)

_json_bodies = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _text),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=6,
)
_form_bodies = st.lists(_pairs, max_size=4).map("&".join).map(str.encode)
_part_headers = st.sampled_from(
    [
        'Content-Disposition: form-data; name="f"',
        'Content-Disposition: form-data; name="f"; filename="n.txt"',
        'Content-Disposition: form-data; name="é"; filename="é"',
        "Content-Disposition: form-data; name=f; filename*=UTF-8''%C3%A9",
        "Content-Disposition: attachment",
        "Content-Type: text/plain",
    ]
).map(str.encode)
_multipart_bodies = st.lists(st.tuples(_part_headers, st.binary(max_size=8)), max_size=3).map(
    lambda parts: b"".join(b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + b"--b--\r\n"
)
_bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=12),
    _text.map(str.encode),
    _json_bodies.map(lambda value: json.dumps(value).encode()),
    _json_bodies.map(lambda value: json.dumps(value, ensure_ascii=False, indent=1).encode()),
    _form_bodies,
    _multipart_bodies,
    st.integers(0, 100_000).map(lambda size: b"x" * size),
)
_methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "QUERY", "post", "Custom"])

# What builds a request of a test: at most one of these, beside its parameters and headers.
_contents = st.one_of(
    st.fixed_dictionaries({}),
    st.fixed_dictionaries({"json": _json_bodies}),
    st.fixed_dictionaries({"data": st.one_of(_text, st.binary(max_size=8), _bodies)}),
    st.fixed_dictionaries({"data": st.dictionaries(_text, st.one_of(_text, st.integers(), st.lists(_text, max_size=2)), max_size=3)}),
    st.fixed_dictionaries(
        {"files": st.dictionaries(st.sampled_from("fg"), st.one_of(st.binary(max_size=8), st.tuples(_line, st.binary(max_size=8))), max_size=2)},
        optional={"data": st.dictionaries(st.sampled_from("ab"), _text, max_size=2)},
    ),
)  # fmt: skip
_TEMPLATES = ("{*rest}", "api/{a}/{*rest}", "{a?}/{b?}", "api/{x}-{y}", "{a=5}", "api/{a:int?}", "{*rest}")


# Stands in for what turns out to be no request; to reject it would reject the whole app around it.
_PLAIN = sent(http())


@st.composite
def _built(draw: st.DrawFn) -> Call:
    """A request that a test builds with ``http(...)``."""
    route = draw(st.sampled_from(_TEMPLATES))
    arguments: dict[str, Any] = dict(draw(_contents))
    # names that differ in case alone reach a plain request twice, and one with files once: not for a worker to decide
    arguments["headers"] = {
        name: value for name, value in draw(_headers) if name.lower() not in ("content-length", "host")
    }
    if draw(st.booleans()):
        arguments["params"] = draw(st.dictionaries(_text, st.one_of(_text, st.integers()), max_size=3))
    if draw(st.booleans()):
        arguments["cookies"] = draw(st.dictionaries(st.text("abc", min_size=1), st.text("abc=% "), max_size=2))
    url = f"/api/{draw(_paths)}{draw(_queries)}"
    payload = http(draw(_methods), url, **arguments)
    for template in (route, "{*rest}"):
        try:
            return sent(payload, template)
        except (
            AzfuncError,
            OSError,
            UnicodeError,
        ):  # no request, or not for this route; OSError is what requests raises
            continue
    return _PLAIN


@st.composite
def _received(draw: st.DrawFn) -> Call:
    """A request from a network: names of headers may come twice."""
    base = draw(st.sampled_from(["http://localhost:7071", "https://x.org", "http://[::1]:80"]))
    url = f"{base}/{draw(_paths)}{draw(_queries)}"
    method, headers, body = draw(_methods), draw(_headers), draw(_bodies)
    for template in (draw(st.sampled_from(_TEMPLATES)), "{*rest}"):
        try:
            return from_wire(method, url, headers, body, template)
        except AssertionError:  # the route does not match
            continue
    return _PLAIN


def requests() -> st.SearchStrategy[Case]:
    """A function that tells all that it sees of some requests."""
    calls = st.lists(st.one_of(_built(), _received()), min_size=1, max_size=3)
    return calls.map(lambda drawn: Case("generated", ["in httpTrigger x"], SEES, drawn))


# ------------------------------------------------------------------------------------------------------ responses

_any_text = st.text(st.characters(exclude_categories=()), max_size=8)
_moments = st.one_of(
    st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")),
    st.datetimes().map(lambda moment: f"{moment:%a, %d %b} {moment.year:04d} {moment:%H:%M:%S} GMT"),
    st.sampled_from(["0", "Thu, 12-Jan-2017 13:55:08 GMT", "Thu, 12 Jan 2017 13:55:60 GMT"]),
    _any_text,
)
_numbers = st.one_of(
    st.integers().map(str), st.floats().map(str), st.sampled_from(["", "1_0", " 7 ", "0x1", "\u0667"]), _any_text
)
_attributes = st.one_of(
    st.builds("{}={}".format, st.sampled_from(["Path", "path", "Domain", "Comment", "Version", "Odd", "c"]), _any_text),
    st.builds('{}="{}"'.format, st.sampled_from(["Path", "Domain", "SameSite", "c"]), _any_text),
    st.builds("{}={}".format, st.sampled_from(["Expires", "expires"]), _moments),
    st.builds('{}="{}"'.format, st.sampled_from(["Expires"]), _moments),
    st.builds("{}={}".format, st.sampled_from(["Max-Age", "max-age"]), _numbers),
    st.builds("SameSite={}".format, st.sampled_from(["Lax", "strict", "NONE", "", "x", " Lax"])),
    st.sampled_from(["Secure", "HttpOnly", "secure=0", "Partitioned", "Path", "Max-Age", "", " ", "$Path=/"]),
)
_plain_attributes = st.sampled_from(
    [
        "Path=/",
        "Domain=x.org",
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Max-Age=5",
        "Expires=Thu, 12 Jan 2017 13:55:08 GMT",
    ]
)
_cookie_values = st.one_of(
    _any_text, _any_text.map('"{}"'.format), st.sampled_from(["a", "a=b", '"a\\"b"', '"\\303\\251"', "%20"])
)
_cookies = st.builds(
    lambda name, value, attributes: "; ".join([f"{name}={value}", *attributes]),
    st.one_of(st.sampled_from(["a", "b", "A", "a:b", "path", "é", ""]), st.text(st.characters(codec="ascii"), max_size=4)),
    _cookie_values,
    st.one_of(st.lists(_plain_attributes, max_size=4), st.lists(_attributes, max_size=4)),
)  # fmt: skip
_response_names = st.one_of(
    st.sampled_from(["X-A", "x-a", "Content-Type", "content-type", "Content-Length", "Location"]), _any_text
)
_cookie_names = st.sampled_from(["Set-Cookie", "set-cookie", "SET-COOKIE"])
_response_values = st.one_of(_any_text, st.sampled_from(["a/b", "1", ""]))
_fields = st.one_of(
    st.tuples(st.sampled_from(["X-A", "x-a", "Content-Type"]), st.sampled_from(["1", "a/b", "é"])),
    st.tuples(_response_names, st.one_of(_response_values, st.sampled_from([1, None, 1.5, True, b"b"]))),
    st.tuples(_cookie_names, _cookies),
    st.tuples(_cookie_names, _cookies),
)
_arguments: dict[str, st.SearchStrategy[Any]] = {
    "body": st.one_of(_any_text, st.binary(max_size=8), st.none(), _any_text.map(lambda text: json.dumps({"body": text}))),
    "status_code": st.one_of(st.integers(100, 599), st.integers(), st.sampled_from(["404", "", None, True, 4.5]), _any_text),
    "mimetype": st.one_of(st.sampled_from(["text/plain", "text/html", "application/json", "image/png", "", None]), _any_text),
    "charset": st.sampled_from(["utf-8", "latin-1", "utf-16", "ascii", "", None]),
    "headers": st.lists(_fields, max_size=3).map(dict),
    "later": st.lists(_fields, max_size=4),
}  # fmt: skip
_made = st.fixed_dictionaries({}, optional=_arguments).map(
    lambda chosen: f"made({', '.join(f'{key}={value!a}' for key, value in chosen.items())})"
)
_returned = st.one_of(
    _made, _made, _made, _made, _any_text.map(ascii), st.binary(max_size=4).map(ascii),
    st.sampled_from(["None", "1", "{}", "[]", "(c for c in 'ab')", "func.HttpResponse", "made('x', later=[('Set-Cookie', 'a=b')])"]),
)  # fmt: skip

# Each value is sent twice, as what it has become shows then.
_KEPT = f"""{MADE}
KEPT = []
def kept(make):
    if not KEPT:
        KEPT.append(make())
    value = KEPT[0]
    if isinstance(value, func.HttpResponse):
        tell(list(value.headers), value.get_body(), value.mimetype, value.charset)
    return value
"""
_NAMES = ("$return", "y", "res")


@st.composite
def responses(draw: st.DrawFn) -> Case:
    """A function that answers with a generated value, as its return value or through an output."""
    name = draw(st.sampled_from(_NAMES))
    value = f"kept(lambda: {draw(_returned)})"
    start = draw(st.sampled_from(["def", "async def"]))
    calls = [sent(http())] * 2
    if name == "$return":
        arrow = draw(st.sampled_from(["", " -> func.HttpResponse", " -> str"]))
        body = f"{start} main(x: func.HttpRequest){arrow}: return {value}\n"
    else:
        annotation = draw(st.sampled_from(["", ": func.Out[func.HttpResponse]", ": func.Out[str]"]))
        body = f"{start} main(x: func.HttpRequest, {name}{annotation}): {name}.set({value})\n"
    return Case("generated", ["in httpTrigger x", f"out http {name}"], _KEPT + body, calls)
