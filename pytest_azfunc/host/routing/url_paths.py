"""Paths and queries of URLs, as Kestrel and the host read them on their way in.

Pure. Sources: dotnet/aspnetcore, PathDecoder.cs and UrlDecoder.cs (paths), PathTokenizer.cs (segments), QueryFeature.cs
(queries); azure-functions-host, GrpcMessageConversionExtensions.cs (what goes to the worker); webjobs-sdk-extensions,
HttpTriggerAttributeBindingProvider.cs (what binding expressions see).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from pytest_azfunc.host.routing.dotnet_text import fold

_ESCAPES = "(?:%[0-9A-Fa-f]{2})+"
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/%-]+|%(?![0-9A-Fa-f]{2})")
_SURROGATE = "[\ud800-\udfff]"


def decode_path(raw: str) -> str:
    """Decode the path of a request line as Kestrel does, before any route sees it.

    Percent-encoded UTF-8 becomes text, except ``%2F``; sequences that are not valid stay as they are. The
    segments ``.`` and ``..`` are gone afterwards, encoded ones too. Kestrel answers 400 to ``%00``, which stays here.
    """
    decoded = _decode(raw, keep=("%2F", "%2f", "%00")) if "%" in raw else raw
    if "/." not in decoded:
        return decoded
    kept: list[str] = []
    first, *segments = decoded.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join([first, *kept])


def split_path(path: str) -> list[str]:
    """Cut a decoded path into its segments."""
    # One slash at the end does not count, a second one is an empty segment.
    segments = path[1:].split("/")
    if not segments[-1]:
        segments.pop()
    return segments


@lru_cache(maxsize=256)
def encode_path(decoded: str) -> str:
    """Encode a decoded path again, as the host does for the URL it sends to the worker."""
    return _TO_ESCAPE.sub(lambda found: quote(re.sub(_SURROGATE, "\ufffd", found[0]), safe=""), decoded)


def split_query(query: str) -> dict[str, str]:
    """Read a query string into what the worker gets as ``Query``.

    Values of the same key are joined with a comma; empty ones are left out, and keys without another value.
    """
    if "&" not in query and "%" not in query and "+" not in query:  # one plain parameter, as most queries are
        name, _, value = query.partition("=")
        return {name: value} if value else {}
    joined = {key: ",".join(filter(None, values)) for key, values in _query_values(query).items()}
    return {key: value for key, value in joined.items() if value}


def last_query_values(query: str) -> dict[str, str]:
    """Read a query string into what binding expressions see: the last value of each key, even if it is empty.

    A key ``code`` is here as well: ``{query.code}`` reaches it, while the plain ``{code}`` does not look here.
    """
    return {key: values[-1] for key, values in _query_values(query).items()}


def _query_values(query: str) -> dict[str, list[str]]:
    """The values of each key, case ignored, under the spelling the host keeps."""
    spellings: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = (_decode(each) for each in pair.replace("+", " ").partition("="))
        folded = fold(name)
        # The second spelling replaces the first, unless the dictionary has outgrown its small form
        # (AdaptiveCapacityDictionary.cs).
        if folded not in values or (len(values[folded]) == 1 and len(values) <= 10):
            spellings[folded] = name
        values.setdefault(folded, []).append(value)
    return {spellings[folded]: each for folded, each in values.items()}


def _decode(text: str, keep: Sequence[str] = ()) -> str:
    """Decode percent-encoded UTF-8, leaving what is not valid as it is written."""
    if "%" not in text:
        return text
    return re.sub(_ESCAPES, lambda found: _decode_run(found[0], keep), text)


def _decode_run(run: str, keep: Sequence[str]) -> str:
    escapes = [run[start : start + 3] for start in range(0, len(run), 3)]
    data = bytes.fromhex(run.replace("%", ""))
    decoded: list[str] = []
    position = 0
    while position < len(data):
        escape = escapes[position]
        character = "" if escape in keep else _first_character(data[position : position + 4])
        decoded.append(character or escape)
        position += len(character.encode()) or 1
    return "".join(decoded)


def _first_character(data: bytes) -> str:
    """The character that these bytes begin with; empty if they are no UTF-8."""
    for size in range(1, len(data) + 1):
        try:
            return data[:size].decode()
        except UnicodeDecodeError:
            continue
    return ""
