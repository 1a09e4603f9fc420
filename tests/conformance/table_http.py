"""HTTP: every field of a request that the host has made of a test's ``http(...)``, and responses of every form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pytest_azfunc import http_client
from pytest_azfunc.host.bindings.http import HttpPayload, http
from pytest_azfunc.host.bindings.payload import Delivery
from pytest_azfunc.host.routing.route_templates import Template
from pytest_azfunc.host.routing.url_paths import decode_path
from pytest_azfunc.host.web.http_request import PreparedRequest, make_delivery
from tests.conformance.apps import Call, Case
from tests.host.occasions import function, occasion_of

# Logs all that a function can see of its request, types included. Only the order of names in a mapping is left out: in
# Azure it is that of a protobuf map, which is none.
SEE = """
import hashlib

def show(value):
    text = f"{type(value).__name__} {value!r}"
    return text if len(text) < 2000 else f"{text[:500]} ... {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"

def attempt(label, how):
    try:
        text = show(how())
    except Exception as error:
        text = f"raised {type(error).__name__}: {error} because of {error.__cause__!r}"
    logging.info("%s: %s", label, text)

def set_item(mapping):
    mapping["new"] = "1"

def see_mapping(label, mapping):
    attempt(f"{label} type", lambda: [type(mapping).__name__, len(mapping), bool(mapping)])
    attempt(f"{label} items", lambda: sorted(mapping.items()))
    attempt(f"{label} value types", lambda: sorted((key, type(key).__name__, type(mapping[key]).__name__) for key in mapping))
    for spell in (str.upper, str.lower, str.title, str.swapcase):
        attempt(f"{label} {spell.__name__}", lambda: [(key, mapping.get(spell(key)), spell(key) in mapping) for key in sorted(mapping)])
    attempt(f"{label} missing", lambda: [mapping.get("missing"), mapping.get("missing", 5), "missing" in mapping])
    attempt(f"{label} missing item", lambda: mapping["missing"])
    attempt(f"{label} set", lambda: set_item(mapping))

def see(x):
    for name in ("method", "url"):
        attempt(name, lambda: getattr(x, name))
    for name in ("headers", "params", "route_params"):
        see_mapping(name, getattr(x, name))
    attempt("body", x.get_body)
    attempt("json", x.get_json)
    attempt("form", lambda: [type(x.form).__name__, list(x.form.items(multi=True)), x.form.to_dict()])
    attempt("form item", lambda: x.form["missing"])
    attempt("files", lambda: [type(x.files).__name__, list(x.files)])
    attempt("file contents", lambda: [
        (name, type(file).__name__, file.name, file.filename, file.content_type, file.mimetype, list(file.headers), file.read())
        for name, file in x.files.items(multi=True)
    ])
    attempt("json again", x.get_json)
    attempt("body again", x.get_body)
    attempt("class", lambda: [c.__qualname__ for c in type(x).__mro__] + [isinstance(x, func.HttpRequest)])
    attempt("names", lambda: [name for name in dir(x) if not name.startswith("_")])
    attempt("attribute", lambda: setattr(x, "method", "POST"))
"""
SEES = SEE + "\ndef main(x: func.HttpRequest): see(x)\n"


def sent(payload: HttpPayload, route: str | None = None) -> Call:
    """The call that the host makes of a test's payload."""
    target = function("httpTrigger") if route is None else function("httpTrigger", route=route)
    return delivered(payload.deliver(occasion_of(target, prepare_http=http_client.prepare)))


def from_wire(
    method: str, url: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", template: str = "{*rest}"
) -> Call:
    """The call that the host makes of a request from the network: header names may come more than once."""
    parts = urlsplit(url)
    path = decode_path(parts.path or "/")
    route_values = Template.parse(template).match(path)
    assert route_values is not None, url
    if body:
        headers = [*headers, ("Content-Length", str(len(body)))]
    return delivered(make_delivery(PreparedRequest(method, url, tuple(headers), body), parts, path, route_values))


def delivered(delivery: Delivery) -> Call:
    """The call with the trigger's data and metadata."""
    return Call({"x": delivery.value}, dict(delivery.metadata))  # type: ignore[dict-item]


_BASE = "http://localhost:7071"


def _request(method: str = "POST", url: str | None = None, **arguments: Any) -> Call:
    return sent(http(method, url, **arguments))


_METHODS = [_request(method) for method in ("GET", "post", "Put", "HEAD", "OPTIONS", "QUERY", "PURGE", "M-SEARCH")]

_URLS = [
    sent(http("GET", url), "items/{id?}/{*rest}")
    for url in (
        "/api/items",
        "/api/items/",
        "/api/items/7",
        "/api/items/a%20b",
        "/api/items/a+b",
        "/api/items/a%2Fb",
        "/api/items/%C3%A9",
        "/api/items/é",
        "/api/items/e%CC%81",
        "/api/items/%F0%9F%98%80",
        "/api/items/%FF",
        "/api/items/%25",
        "/api/items/100%",
        "/api/items/7/a/b/",
        "/api/items/7/a//b",
        "/api/items/x/../7",
        "/api/items/%2e%2e/items/7",
        "/API/Items/CaSe",
        "/api/items/;v=1/,/@",
        "https://example.org:8080/api/items/7",
        "http://[::1]:7071/api/items/7",
        "/api/items/7#fragment",
    )
]

_QUERIES = [
    _request("GET", f"/api/F?{query}")
    for query in (
        "",
        "a",
        "a=",
        "a=1",
        "a=1&a=2",
        "a=1&A=2",
        "a=&a=2",
        "a=1&a=",
        "a=1&b=2&a=3",
        "=1",
        "&&",
        "a=1=2",
        "a=b%26c",
        "a%3Db=c",
        "a=1+2",
        "a=%2B",
        "a=%C3%A9",
        "a=é",
        "a=%FF",
        "a=%",
        "a=%u00e9",
        "a=1;b=2",
        "a[]=1&a[]=2",
        "code=secret",
        "query=1&headers=2",
        "Query=x",
        "a=%00",
        "&".join(f"k{number}={number}" for number in range(15)),
        "a=" + "x" * 5000,
    )
] + [
    _request("GET", params={"a": [1, 2], "b": "", "c": None}),
    _request("GET", params={"é": "ü", "a b": "c&d"}),
    _request("GET", "/api/F?a=0", params={"a": 1}),
    _request("GET", params=[("a", "1"), ("a", "2")]),
]

_HEADERS = [
    _request("GET", headers=headers)
    for headers in (
        {},
        {"X-One": "1", "x-two": "2", "X-THREE": "3"},
        {"X-A": "1", "x-a": "2"},
        {"X-A": ""},
        {"X-A": " padded "},
        {"X-A": "a,b", "X-B": "a, b"},
        {"X-A": "é"},
        {"X-A": "ÿ"},
        {"X-A": "\u20ac \U0001f600"},
        {"X-A": "tab\tbed"},
        {"Host": "example.org"},
        {"Cookie": "a=b; c=d"},
        {"Cookie": 'a="q\\"uoted"; a=2; =; x'},
        {"Content-Type": "application/json"},
        {"content-length": "5"},
        {"Content-Length": "0"},
        {"Authorization": "Bearer x", "x-functions-key": "k", "X-Forwarded-For": "::1, 1.2.3.4"},
        {"x_under": "1", "x.dot": "2", "X!#$%&'*+^`|~": "3"},
    )
] + [
    _request("GET", cookies={"a": "b", "c": "d e"}),
    _request("GET", auth=("user", "pässword")),
    _request("GET", principal={"name": "Ada", "id": "7", "roles": ["admin"], "claims": {"n": "é"}}),
    from_wire(
        "GET",
        f"{_BASE}/p",
        [("X-A", "1"), ("x-a", "2"), ("X-B", ""), ("x-b", ""), ("Cookie", "a=b"), ("cookie", "c=d")],
    ),
    from_wire("GET", f"{_BASE}/p", [("X-A", ""), ("X-A", "1"), ("X-A", "")]),
    from_wire("get", f"{_BASE}/p?a=1", [("Accept", "a/b"), ("ACCEPT", "c/d; q=0.1"), ("Host", "h")]),
]

_JSON_TEXTS = (
    b'{"a": 1}', b'{"a": [1, 2.0, null, true, "\xc3\xa9"]}', b"[1]", b"1", b'"s"', b"null", b"NaN", b"1e999", b"{",
    b"", b" ", b"{}", b"\xef\xbb\xbf{}", b'{"a": "\xff"}', b"\xff\xfe{\x00}\x00", b'{"a": 1, "a": 2}', b"{'a': 1}", b'"\\ud800"',
    b'{"Headers": 1, "query": {"b": 2}, "x": 1}', b"[" * 100 + b"]" * 100, b'{"n": 123456789012345678901234567890}',
)  # fmt: skip
_TYPES = (None, "application/json", "application/json; charset=latin-1", "text/plain", "application/octet-stream")

_FORM = "application/x-www-form-urlencoded"
_FORM_TEXTS = (
    "", "a", "a=", "a=1&a=2&b=3", "a=%C3%A9&b=%FF", "a=1+2", "a;b=2", "=x", "&&", "a=é", "A=1&a=2", "a=" + "x" * 3000,
)  # fmt: skip

_PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="n.txt"\r\nContent-Type: text/html\r\n\r\nhello\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nvalue\r\n--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nother\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="f"; filename=""\r\n\r\n\r\n--b--\r\n',
    b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename*=UTF-8''%C3%A9.txt\r\n\r\n\xff\x00\r\n--b--\r\n",
    b"--b\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nunfinished',
    b"--other\r\n\r\nx\r\n--other--\r\n",
    b"",
    b"--b--\r\n",
    b"no boundary at all",
)
_MULTIPART = (
    "multipart/form-data; boundary=b",
    'multipart/form-data; boundary="b"',
    "multipart/form-data",
    "Multipart/Form-Data; Boundary=b",
    "multipart/mixed; boundary=b",
    "multipart/form-data; boundary=" + "b" * 100,
    "multipart/form-data; boundary=\u00e9",
)

_BODIES = [
    *[_request(data=text, headers={} if kind is None else {"Content-Type": kind}) for text in _JSON_TEXTS for kind in _TYPES],
    *[_request(data=text, headers={"Content-Type": _FORM}) for text in _FORM_TEXTS],
    *[_request(data=text, headers={"Content-Type": kind}) for text in _PARTS for kind in _MULTIPART],
    *[_request(data="a=1", headers={"Content-Type": kind}) for kind in ("", ";", _FORM.upper(), f"{_FORM}; charset=latin-1", "a/b; c", "é")],
    _request(json={"a": 1, "é": [None, 1.5, "\U0001f600"]}),
    _request(json=[]),
    _request(json=""),
    _request(json=None),
    _request(data={"a": 1, "b": "é&"}),
    _request(data={"a": [1, 2]}),
    _request(data=[("a", "1"), ("a", "2")]),
    _request(data="é"),
    _request(data=b"\x00\xff"),
    _request(data=b"\xff" * 300_000),
    _request(data="x" * 300_000, headers={"Content-Type": "application/json"}),
    _request("GET", data="with a body"),
    _request("DELETE", json={"a": 1}),
    _request(data=iter([b"chunk", b"ed"])),
    _request(data="x", headers={"Transfer-Encoding": "chunked"}),
    from_wire("POST", f"{_BASE}/p", [("Content-Type", "application/json"), ("content-type", "text/plain")], b"{}"),
]  # fmt: skip


def _upload(files: Any, **arguments: Any) -> Call:
    # the boundary that requests makes up differs from run to run, which changes nothing for either worker
    return _request(files=files, **arguments)


_FILES = [
    _upload({"f": b"content"}),
    _upload({"f": ("n.txt", b"content", "text/plain")}),
    _upload({"f": ("é.bin", b"\x00\xff", "a/b", {"X-Part": "1"})}),
    _upload([("f", ("1", b"a")), ("f", ("2", b"b"))]),
    _upload({"f": ("", b"")}, data={"a": "1", "b": ["2", "é"]}),
    _upload({"f": ("big", b"x" * 200_000)}),
]


def _seeing(name: str, calls: Sequence[Call]) -> Case:
    return Case(name, ["in httpTrigger x"], SEES, calls)


_REQUESTS = [
    _seeing("request methods", _METHODS),
    _seeing("request urls", _URLS),
    _seeing("request queries", _QUERIES),
    _seeing("request headers", _HEADERS),
    _seeing("request bodies", _BODIES),
    _seeing("request files", _FILES),
    Case("a request, not annotated", ["in httpTrigger x"], SEE + "def main(x): see(x)\n", _BODIES[:10]),
    Case("a request, async", ["in httpTrigger x"], SEE + "async def main(x: func.HttpRequest): see(x)\n", _BODIES[:10]),
    Case("a request beside a context", ["in httpTrigger x"], SEE + "def main(context, x: func.HttpRequest): see(x)\n", _QUERIES[:5]),
    Case(
        "a request as the concrete class",
        ["in httpTrigger x"],
        SEE + "def main(x: __import__('azure.functions.http').functions.http.HttpRequest): see(x)\n",
        _QUERIES[:5],
    ),
    Case("a request as text", ["in httpTrigger x"], "def main(x: str): tell(x)\n", [*_METHODS[:2], *_BODIES[:4]]),
    Case("a request as bytes", ["in httpTrigger x"], "def main(x: bytes): tell(x)\n", [*_METHODS[:2], *_BODIES[:4]]),
    Case("a request with dataType binary", ["in httpTrigger x binary"], SEES, _BODIES[:10]),
    Case("a request with dataType string", ["in httpTrigger x string"], SEES, _BODIES[:10]),
    Case("a request of an odd-cased trigger", ["in HttpTrigger x"], "def main(x): tell(x)\n", _METHODS[:2]),
]  # fmt: skip

# -------------------------------------------------------------------------------------------------- responses

# Makes a response and puts headers into it afterwards, the only way to have one twice without werkzeug's own class.
MADE = """
import http as http_, http.cookies as cookies_, werkzeug.datastructures as wz

def made(*arguments, later=(), **options):
    response = func.HttpResponse(*arguments, **options)
    for name, value in later:
        response.headers.add(name, value)
    return response
"""

_STATUSES = r"""
0; 100; 101; 199; 200; 204; 299; 304; 418; 599; 600; 999; -1; 10**30; True; False; None; 404.0; 4.5; '404'; '404 Not Found'; 'OK';
''; b'404'; nan; [404]; (404,); {}; http_.HTTPStatus.NOT_FOUND; http_.HTTPStatus(204); '\ud800'; '٤'; '\x00';
enum.IntEnum('S', 'a').a; enum.Enum('S', 'a').a; enum.StrEnum('S', 'a').a; decimal.Decimal('404')
""".replace("\n", " ").split("; ")
_RESPONSE_BODIES = r"""
''; 'text'; 'é\U0001f600'; '\ud800'; '\x00'; b''; b'\xff'; bytearray(b'ab'); memoryview(b'ab'); None; 0; 1; 1.5; True; []; ['a']; {};
{'a': 1}; (b'a',); iter([b'a']); (c for c in 'ab'); io.BytesIO(b'a'); object(); type('T', (str,), {})('sub'); type('R', (bytes,), {})(b'raw');
enum.StrEnum('S', 'a').a; 'x' * 100000; b'x' * 100000; '{"a":1}'; func.HttpResponse('x')
""".replace("\n", " ").split("; ")
_MIMETYPES = r"""
None; ''; 'text/plain'; 'text/html'; 'TEXT/html'; 'text/'; 'text'; 'application/json'; 'application/json;charset=utf-8';
'image/png'; 'é'; '\ud800'; 'a\nb'; 5; b'text/plain'; 'text/plain;charset=latin-1'
""".replace("\n", " ").split("; ")
_CHARSETS = r"""
None; ''; 'utf-8'; 'UTF8'; 'latin-1'; 'ascii'; 'utf-16'; 'no-such'; 'hex'; 'é'; 5; '\ud800'
""".replace("\n", " ").split("; ")
_HEADER_MAPS = (
    "{}", "None", "[]", "()", "''", "5", "{'X-A':'1'}", "{'x-a':'1','X-A':'2'}", "{'X-A':''}", "{'':'1'}", "{'X-A':'é'}",
    "{'é':'1'}", "{'X A':'1'}", "{'X-A':'\\u20ac'}", "{'X-A':'\\ud800'}", "{'\\ud800':'1'}", "{'X-A':'a\\nb'}", "{'X-A':'a\\rb'}",
    "{'a\\nb':'1'}", "{'X-A':'\\x00'}", "{'X-A':1}", "{'X-A':1.5}", "{'X-A':True}", "{'X-A':None}", "{'X-A':b'1'}", "{b'X-A':'1'}",
    "{1:'1'}", "{None:'1'}", "{'X-A':['1','2']}", "{'X-A':('1','2')}", "{'X-A':{}}", "{'X-A':datetime.date(2024,1,2)}",
    "{'X-A':type('T',(str,),{})('sub')}", "{type('T',(str,),{})('X-Sub'):'1'}", "{'Content-Type':'a/b'}", "{'content-type':''}",
    "{'CONTENT-TYPE':'a/b','content-type':'c/d'}", "{'Content-Length':'99'}", "{'Transfer-Encoding':'chunked'}",
    "{'Location':'/é'}", "[('X-A','1')]", "wz.Headers([('X-A','1'),('X-A','2'),('x-a','3')])",
    "wz.MultiDict([('X-A','1'),('X-A','2')])", "wz.Headers([('Set-Cookie','a=b'),('Set-Cookie','c=d')])",
    "func.HttpResponse('x',headers={'X-A':'1'}).headers", "types_.MappingProxyType({'X-A':'1'})", "collections.ChainMap({'X-A':'1'})",
)  # fmt: skip
_COOKIES = (
    "", " ", ";", "=", "a", "a=", "=b", "a=b", "a=b;", "a=b; c=d", "a=b, c=d", "a=b; a=c", " a = b ", "a=b=c", "a=b c", 'a="b c"',
    'a="b;c"', 'a="b\\"c"', 'a="\\303\\251"', 'a="unfinished', "a=é", 'a="é"', 'a="\u20ac"', 'a="\ud800"', 'a="\\ud800"', "é=b",
    "a=%C3%A9", "a=b\\x00", "a b=c", "a:b=c", "a[0]=b", "a,b=c", "$a=b", "$Path=/", "a=b; $Path=/", "path=b", "Secure", "Path=/; a=b",
    "a=b; Path", "a=b; Path=", "a=b; Path=/x y", 'a=b; Path="/x"', "a=b; Path=/; Path=/y", "a=b; pAtH=/p", "a=b; Path=/é",
    'a=b; Path="\ud800"', "a=b; Domain", "a=b; Domain=x.org", "a=b; Domain=.x.org", "a=b; Domain=localhost:7071",
    'a=b; Domain="\ud800"', "a=b; Secure", "a=b; Secure=", "a=b; Secure=false", "a=b; secure; HTTPONLY", "a=b; HttpOnly=0", "a=b; HttpOnly; c=d; Secure",
    "a=b; SameSite", "a=b; SameSite=", "a=b; SameSite=lax", "a=b; SameSite=Strict", "a=b; SameSite=NONE", "a=b; SameSite=Odd",
    'a=b; SameSite="Lax"', "a=b; samesite= Lax ", "a=b; Max-Age", "a=b; Max-Age=", "a=b; Max-Age=0", "a=b; Max-Age=-1", "a=b; Max-Age=1.5",
    "a=b; Max-Age=1e3", "a=b; Max-Age=1e400", "a=b; Max-Age=nan", "a=b; Max-Age=-inf", "a=b; Max-Age=0x10", "a=b; Max-Age=1_0",
    "a=b; Max-Age=soon", 'a=b; Max-Age="7"', 'a=b; Max-Age=" 7 "', 'a=b; Max-Age="\u0667"', "a=b; Max-Age=" + "9" * 50,
    *(f"a=b; Expires={moment}" for moment in (
        "", "0", "-1", "tomorrow", "Thu, 12 Jan 2017 13:55:08 GMT", "thu, 12 jan 2017 13:55:08 gmt", "Thu, 12 Jan 2017 13:55:08 UTC",
        "Thu, 12-Jan-2017 13:55:08 GMT", "Fri, 12 Jan 2017 13:55:08 GMT", "Thu, 1 Jan 1970 00:00:00 GMT", "Thu, 12 Jan 17 13:55:08 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT", "Tue, 02 Jan 0001 00:00:00 GMT", "Mon, 01 Jan 0100 00:00:00 GMT", "Mon, 01 Jan 1601 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 10000 00:00:00 GMT", "Thu, 31 Feb 2017 13:55:08 GMT", "Thu, 29 Feb 2024 13:55:08 GMT",
        "Thu, 12 Jan 2017 24:00:00 GMT", "Thu, 12 Jan 2017 13:55:60 GMT", "Thu, 12 Jan 2017 13:55:61 GMT", "Thu, 12 Jan 2017 13:55 GMT",
        '"Thu, 12 Jan 2017 13:55:08 GMT"', "Thursday, 12-Jan-17 13:55:08 GMT", "Thu Jan 12 13:55:08 2017", "Thu,  12 Jan 2017  13:55:08 GMT",
        "Tue, 19 Jan 2038 03:14:08 GMT", "Thu, 12 Jan 2017 13:55:08 GMT; Max-Age=1",
    )),
    "a=b; Version=1; Comment=c", "a=b; Partitioned", "a=b; Partitioned=1", "a=b; Priority=High", "a=b; Odd", "a=b; Odd=1", "a=b;Path=/;;Secure",
    "a=b; Secure; Path=/; c", "a=b\tc", "a=" + "x" * 5000, "__Host-a=b; Secure; Path=/", "a={\"j\":1}", "a=!#$%&'*+-.^_`|~:", "a=(b)", "a=b; Path=/ ; Secure ",
)  # fmt: skip

_RESPONSES = [
    *(f"made('x', status_code={status})" for status in _STATUSES),
    *(f"made({body})" for body in _RESPONSE_BODIES),
    *(f"made(body={body}, mimetype='application/json')" for body in _RESPONSE_BODIES[:8]),
    *(f"made('x', mimetype={mimetype})" for mimetype in _MIMETYPES),
    *(f"made('x', mimetype={mimetype}, charset='latin-1')" for mimetype in _MIMETYPES),
    *(f"made('é', charset={charset})" for charset in _CHARSETS),
    *(f"made(b'\\xff', charset={charset})" for charset in _CHARSETS),
    *(f"made('x', headers={headers})" for headers in _HEADER_MAPS),
    *(f"made('x', headers={{'Set-Cookie': {cookie!a}}})" for cookie in _COOKIES),
    "made('x', later=[('Set-Cookie', 'a=1; Path=/'), ('set-cookie', 'a=2; Secure'), ('SET-COOKIE', 'b=3')])",
    "made('x', later=[('Set-Cookie', 'a=1; Odd'), ('Set-Cookie', 'b=2')])",
    "made('x', later=[('Set-Cookie', 'a=1; Max-Age=x'), ('Set-Cookie', 'b=2; Expires=x')])",
    "made('x', later=[('Set-Cookie', 'a=1; Expires=x; Max-Age=x')])",
    "made('x', status_code='\\ud800', later=[('Set-Cookie', 'a=1; Max-Age=x')])",
    "made('x', status_code='\\ud800', later=[('X-A', '\\ud800')])",
    "made('x', later=[('X-A', '1'), ('X-A', '2'), ('x-a', '3'), ('X-A', '4')])",
    "made('x', later=[('Content-Type', 'a/b'), ('Content-Type', 'c/d')])",
    "made('x', headers={'Set-Cookie2': 'a=b', 'Cookie': 'c=d'})",
    "made('x', headers={'Set-Cookie': ['a=b', 'c=d']})",
    "made('x', headers={'Set-Cookie': cookies_.SimpleCookie('a=b')})",
    "made('x', headers={'Set-Cookie': cookies_.SimpleCookie('a=b')['a'].OutputString()})",
    "made()", "func.HttpResponse", "func.HttpResponse.__new__(func.HttpResponse)", "made('x', 404)", "made('x', status=404)",
    "type('R', (func.HttpResponse,), {})('sub')",
    "type('R', (func.HttpResponse,), {'get_body': lambda self: None})('x')",
    "type('R', (func.HttpResponse,), {'get_body': lambda self: bytearray(b'x')})('x')",
    "type('R', (func.HttpResponse,), {'get_body': lambda self: type('B', (bytes,), {})(b'x')})('x')",
    "type('R', (func.HttpResponse,), {'get_body': lambda self: 1 / 0})('x')",
    "type('R', (func.HttpResponse,), {'status_code': 'teapot'})('x')",
    "type('R', (func.HttpResponse,), {'headers': {'X-A': '1'}})('x')",
    "type('R', (func.HttpResponse,), {'headers': {'X-A': 1}})('x')",
    "type('R', (func.HttpResponse,), {'headers': None})('x')",
    "type('R', (func.HttpResponse,), {'mimetype': None})('x')",
    "type('R', (str,), {'get_body': lambda self: b'x'})('sub')",
    "type('R', (str, ), {'status_code': 404})('{\"statusCode\": 404, \"body\": 1}')",
]  # fmt: skip

_OTHER_VALUES = (
    "None", "''", "'text'", "'é\\U0001f600'", "'\\ud800'", "'\\x00'", "'{\"statusCode\": 201, \"body\": \"b\"}'", "'null'", "'01'", "0", "404", "1.5", "nan",
    "True", "b''", "b'x'", "bytearray(b'x')", "memoryview(b'x')", "{}", "{'statusCode': 404, 'body': 'x'}", "[]", "['a']", "()",
    "('x', 404)", "(b'x', 200, {})", "(c for c in 'ab')", "iter(())", "range(2)", "{'a'}", "object()", "...", "len", "lambda: 'x'", "func.HttpResponse",
    "func.HttpRequest('GET', 'http://x', body=b'')", "Exception('x')", "asyncio.sleep(0)", "type('T', (str,), {})('sub')", "enum.StrEnum('S', 'a').a",
    "collections.UserString('u')", "io.StringIO('x')", "datetime.date(2024, 1, 2)", "decimal.Decimal(1)", "http_.HTTPStatus.OK",
    "func.QueueMessage(body=b'x')", "[made('x')]", "(made('x'), 404)",
)  # fmt: skip

_VALUES = [*_RESPONSES, *_OTHER_VALUES]
_CHOOSE = (
    f"{MADE}\nimport types as types_\nVALUES = [\n" + "".join(f"    lambda: {value},\n" for value in _VALUES) + "]\n"
)
_WEB = ["in httpTrigger x", "out http $return"]
_NUMBERED = [sent(http(params={"n": str(index)})) for index in range(len(_VALUES))]
_PICKED = "VALUES[int(x.params['n'])]()"


def _values(name: str, bindings: Sequence[str], script: str) -> Case:
    return Case(f"http values {name}", bindings, f"{_CHOOSE}\n{script}", _NUMBERED)


# The same object twice: encoding it takes the cookies out, so that the second time there are none.
_TWICE = f"""
def main(x: func.HttpRequest, y: func.Out[func.HttpResponse]):
    value = {_PICKED}
    y.set(value)
    return value
"""

_RESPONDING = [
    _values("returned", _WEB, f"def main(x: func.HttpRequest) -> func.HttpResponse: return {_PICKED}\n"),
    _values("returned, async", _WEB, f"async def main(x): return {_PICKED}\n"),
    _values("set", ["in httpTrigger x", "out http y"], f"def main(x, y: func.Out[func.HttpResponse]): y.set({_PICKED})\n"),
    _values("set as str", ["in httpTrigger x", "out http y"], f"def main(x, y: func.Out[str]): y.set({_PICKED})\n"),
    _values("set as bytes", ["in httpTrigger x", "out http y"], f"def main(x, y: func.Out[bytes]): y.set({_PICKED})\n"),
    _values("set, not annotated", ["in httpTrigger x", "out http y"], f"def main(x, y): y.set({_PICKED})\n"),
    _values("set and returned", [*_WEB, "out http y"], _TWICE),
    _values("returned without an http output", ["in httpTrigger x"], f"def main(x): return {_PICKED}\n"),
    _values("returned to a queue", ["in httpTrigger x", "out queue $return"], f"def main(x): return {_PICKED}\n"),
    _values("set on an odd-cased output", ["in httpTrigger x", "out HTTP y"], f"def main(x, y): y.set({_PICKED})\n"),
    _values("returned to an odd-cased output", ["in httpTrigger x", "out Http $return"], f"def main(x): return {_PICKED}\n"),
    _values("returned with dataType", ["in httpTrigger x", "out http $return binary"], f"def main(x): return {_PICKED}\n"),
    Case(
        "what a response looks like after it was sent",
        _WEB,
        f"""{MADE}
R = made('x', status_code=201, headers={{'X-A': '1'}}, later=[('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d')])
def main(x):
    tell(R.status_code, R.mimetype, R.charset, R.get_body(), list(R.headers), type(R.headers).__name__, 'x-A' in R.headers)
    return R
""",
        [sent(http())] * 3,
    ),
    Case(
        "a cookie whose error cannot be sent",
        _WEB,
        f"""{MADE}\ndef main(x): return made('x', headers={{'Set-Cookie': 'a=b; Max-Age="\\ud800"'}})\n""",
        [sent(http())],
        differs={"status": "the message does not fit the wire and the host waits for ever; a test gets the exception"},
    ),
    *(
        Case(f"returns annotated {annotation}", _WEB, f"def main(x) -> {annotation}: return 'a'\n", [sent(http())])
        for annotation in (
            "str", "func.HttpResponse", "bytes", "None", "dict", "typing.Any", "typing.Optional[str]", "'func.HttpResponse'", "object",
            "type('R', (func.HttpResponse,), {})", "typing.Union[str, func.HttpResponse]", "func.HttpRequest", "func.Out[str]", "typing.List[str]",
        )
    ),
    *(
        Case(f"http output annotated {annotation}", ["in httpTrigger x", "out http y"], f"def main(x, y: {annotation}): y.set('a')\n", [sent(http())])
        for annotation in (
            "func.Out[func.HttpResponse]", "func.Out[str]", "func.Out[bytes]", "func.Out", "func.Out[int]", "func.Out[dict]", "func.HttpResponse", "str",
            "func.Out[typing.List[str]]", "func.Out['func.HttpResponse']", "func.Out[typing.Any]", "func.Out[typing.Optional[str]]",
        )
    ),
    *(
        Case(f"http trigger annotated {annotation}", ["in httpTrigger x", "out http $return"], f"def main(x: {annotation}): return str(type(x).__name__)\n", [sent(http())])
        for annotation in (
            "func.HttpRequest", "func.HttpResponse", "dict", "object", "typing.Any", "'func.HttpRequest'", "typing.Optional[func.HttpRequest]",
            "type('R', (func.HttpRequest,), {})", "func.Out[func.HttpRequest]", "typing.List[func.HttpRequest]", "func.QueueMessage",
        )
    ),
]  # fmt: skip

CASES = [*_REQUESTS, *_RESPONDING]
