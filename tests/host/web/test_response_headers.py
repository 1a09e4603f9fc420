"""The headers of host.json, and the home page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_azfunc.host.web.home_page import home_page
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.host.web.response_headers import hsts_header, with_custom_headers
from pytest_azfunc.project.host_json import Hsts
from tests.host.web.requests import request

POLICY = {"X-Content-Type-Options": "nosniff", "Feature-Policy": "camera 'none'; geolocation 'none'"}


# customHeaders


def test_custom_headers_are_added() -> None:
    result = with_custom_headers(HttpResult(404, (("A", "b"),), b"x"), POLICY)
    assert result == HttpResult(404, (("A", "b"), *POLICY.items()), b"x")


def test_what_the_function_says_stays() -> None:
    own = (("x-content-type-OPTIONS", "own"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    result = with_custom_headers(HttpResult(200, own), {**POLICY, "set-cookie": "c=3"})
    assert result.headers == (*own, ("Feature-Policy", POLICY["Feature-Policy"]))


@pytest.mark.parametrize("custom", [{}, {"a": "c"}])
def test_nothing_to_add(custom: dict[str, str]) -> None:
    result = HttpResult(200, (("A", "b"),))
    assert with_custom_headers(result, custom) is result


# hsts


def hsts(
    policy: Hsts | None, url: str = "https://app.example.com/api/F", host: str | None = "app.example.com"
) -> list[str]:
    """The values of the header in the answer to such a request."""
    result = hsts_header(HttpResult(200, (("A", "b"),), b"x"), policy, request(url=url, host=host))
    assert (result.status_code, result.headers[0], result.body) == (200, ("A", "b"), b"x")
    return [value for name, value in result.headers if name == "Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, []),
        (Hsts(), ["max-age=2592000"]),
        (Hsts(timedelta(days=10)), ["max-age=864000"]),
        (Hsts(timedelta(seconds=1.9)), ["max-age=1"]),
        (Hsts(timedelta(0)), ["max-age=0"]),
        (Hsts(include_sub_domains=True), ["max-age=2592000; includeSubDomains"]),
        (Hsts(preload=True), ["max-age=2592000; preload"]),
        (Hsts(include_sub_domains=True, preload=True), ["max-age=2592000; includeSubDomains; preload"]),
    ],
)
def test_hsts(policy: Hsts | None, expected: list[str]) -> None:
    assert hsts(policy) == expected


@pytest.mark.parametrize("url", ["http://app.example.com/https:", "HTTP://app.example.com/"])
def test_hsts_is_for_https_only(url: str) -> None:
    assert hsts(Hsts(), url) == []
    assert hsts(Hsts(), "HTTPS://app.example.com/") == ["max-age=2592000"]


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("localhost", False),
        ("LOCALHOST:7071", False),
        ("127.0.0.1:443", False),
        ("[::1]", False),
        ("[::1]:443", False),
        ("x.test", False),
        ("X.Test:443", False),
        ("www.x.test", True),
        ("[::2]:443", True),
        ("", True),
        (None, True),
    ],
)
def test_excluded_hosts(host: str | None, sent: bool) -> None:
    policy = Hsts(excluded_hosts=Hsts().excluded_hosts | {"x.test"})
    assert bool(hsts(policy, host=host)) is sent


def test_hsts_of_the_function_gives_way() -> None:
    result = HttpResult(200, (("strict-transport-security", "max-age=1"), ("A", "b")))
    changed = hsts_header(result, Hsts(), request(url="https://a.test/", host="a.test"))
    assert changed.headers == (("A", "b"), ("Strict-Transport-Security", "max-age=2592000"))


# The home page


@pytest.mark.parametrize("setting", [None, "", "false", "1", "yes", " true"])
def test_home_page(setting: str | None) -> None:
    result = home_page({} if setting is None else {"AzureWebJobsDisableHomepage": setting})
    assert (result.status_code, result.headers) == (200, (("Content-Type", "text/html"),))
    assert result.body.decode().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("setting", ["true", "True", "TRUE"])
def test_no_home_page(setting: str) -> None:
    assert home_page({"AzureWebJobsDisableHomepage": setting}) == HttpResult(204)
