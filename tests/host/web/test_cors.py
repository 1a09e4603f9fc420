"""CORS: what browsers are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.web.cors import CorsPolicy
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from tests.host.web.requests import request

AZURE = "https://functions.azure.com"
ENABLED = {"FUNCTIONS_ENABLE_CORS_CONFIGURATION": "1"}


def from_settings(origins: str, credentials: str = "") -> CorsPolicy | None:
    return CorsPolicy.of({**ENABLED, "CORS_ALLOWED_ORIGINS": origins, "CORS_SUPPORT_CREDENTIALS": credentials}, {})


# The policy


@pytest.mark.parametrize(
    ("settings", "section"),
    [
        ({}, {}),
        ({"CORS_ALLOWED_ORIGINS": f'["{AZURE}"]'}, {}),
        ({"CORS_ALLOWED_ORIGINS": "broken", "FUNCTIONS_ENABLE_CORS_CONFIGURATION": "true"}, {}),
        ({}, {"cors": "", "corscredentials": True}),
        ({}, {"cors": None}),
        ({}, {"cors": ",,"}),
        ({}, {"localhttpport": 7071}),
    ],
)
def test_no_policy(settings: dict[str, str], section: dict[str, Any]) -> None:
    assert CorsPolicy.of(settings, section) is None


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"cors": AZURE}, CorsPolicy((AZURE,))),
        (
            {"CORS": "HTTPS://A.Test,http://b.test:80,", "CORSCredentials": True},
            CorsPolicy(("https://a.test", "http://b.test:80"), True),
        ),
        ({"cors": "https://a.test, https://b.test"}, CorsPolicy(("https://a.test", " https://b.test"))),
        ({"cors": "*"}, CorsPolicy(("*",))),
        ({"cors": "https://BÜCHER.test:8080"}, CorsPolicy(("https://xn--bcher-kva.test:8080",))),
    ],
)
def test_policy_of_local_settings(section: dict[str, Any], expected: CorsPolicy) -> None:
    assert CorsPolicy.of({**ENABLED, "CORS_ALLOWED_ORIGINS": '["https://other.test"]'}, section) == expected


@pytest.mark.parametrize(
    ("origins", "credentials", "expected"),
    [
        ("", "", CorsPolicy(())),
        (" ", "false", CorsPolicy(())),
        ("[]", "", CorsPolicy(())),
        (f'["{AZURE}"]', "true", CorsPolicy((AZURE,), True)),
        (f'["{AZURE}", "https://B.test"]', "False", CorsPolicy((AZURE, "https://b.test"))),
        ('["*"]', "", CorsPolicy(("*",))),
    ],
)
def test_policy_of_app_settings(origins: str, credentials: str, expected: CorsPolicy) -> None:
    assert from_settings(origins, credentials) == expected


@pytest.mark.parametrize(
    ("origins", "credentials", "rule", "says"),
    [
        (AZURE, "", "cors-setting", "the app setting CORS_ALLOWED_ORIGINS is not a JSON array of origins."),
        ('{"a": 1}', "", "cors-setting", "the app setting CORS_ALLOWED_ORIGINS is not a JSON array of origins."),
        ("[1]", "", "cors-setting", "the app setting CORS_ALLOWED_ORIGINS is not a JSON array of origins."),
        ("[]", "yes", "cors-setting", "the app setting CORS_SUPPORT_CREDENTIALS is not true or false."),
        ('["*"]', "true", "cors-any-origin", "CORS is to allow every origin ('*') together with credentials."),
    ],
)
def test_bad_app_settings(origins: str, credentials: str, rule: str, says: str) -> None:
    with pytest.raises(BindingError) as caught:
        from_settings(origins, credentials)
    assert (caught.value.rule, caught.value.problem) == (rule, says)


def test_every_origin_with_credentials() -> None:
    with pytest.raises(BindingError) as caught:
        CorsPolicy.of({}, {"cors": "*", "corscredentials": True})
    assert caught.value.rule == "cors-any-origin"
    assert CorsPolicy.of({}, {"cors": "*,https://a.test", "corscredentials": True}) is not None


# Requests


def sent(origin: str | None, method: str = "GET", **headers: str) -> PreparedRequest:
    given = {} if origin is None else {"Origin": origin}
    return request(method, headers={**given, **{name.replace("_", "-"): value for name, value in headers.items()}})


@pytest.mark.parametrize(
    ("policy", "origin", "expected"),
    [
        (
            CorsPolicy((AZURE,), True),
            AZURE,
            [("Access-Control-Allow-Origin", AZURE), ("Access-Control-Allow-Credentials", "true")],
        ),
        (CorsPolicy((AZURE,)), AZURE, [("Access-Control-Allow-Origin", AZURE)]),
        (CorsPolicy((AZURE, "https://b.test")), AZURE, [("Access-Control-Allow-Origin", AZURE), ("Vary", "Origin")]),
        (CorsPolicy(("*",)), "http://any.test", [("Access-Control-Allow-Origin", "*")]),
        (CorsPolicy(("*",)), "null", [("Access-Control-Allow-Origin", "*")]),
        (CorsPolicy((AZURE,), True), "http://badorigin.com", []),
        (CorsPolicy((AZURE,)), AZURE.upper(), []),
        (CorsPolicy((AZURE,)), f"{AZURE}/", []),
        (CorsPolicy((AZURE,)), None, []),
        (CorsPolicy(("*",)), "", []),
        (CorsPolicy(("*",)), None, []),
        (CorsPolicy(()), AZURE, []),
        (CorsPolicy(("*", "https://b.test")), AZURE, []),
    ],
)
def test_headers(policy: CorsPolicy, origin: str | None, expected: list[tuple[str, str]]) -> None:
    assert list(policy.headers(sent(origin))) == expected
    assert policy.preflight(sent(origin)) is None


def test_headers_of_the_function_give_way() -> None:
    own = (("access-control-allow-origin", "*"), ("Vary", "Accept"), ("A", "b"))
    policy = CorsPolicy((AZURE, "https://b.test"))
    result = policy.applied(HttpResult(500, own, b"x"), sent(AZURE))
    assert result == HttpResult(
        500, (("Vary", "Accept"), ("A", "b"), ("Access-Control-Allow-Origin", AZURE), ("Vary", "Origin")), b"x"
    )
    assert policy.applied(HttpResult(200, own), sent("http://badorigin.com")) == HttpResult(200, own)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Access_Control_Request_Method": "PUT"}, [("Access-Control-Allow-Methods", "PUT")]),
        (
            {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "x-a, X-B,,content-type"},
            [("Access-Control-Allow-Headers", "x-a,X-B,content-type"), ("Access-Control-Allow-Methods", "PUT")],
        ),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "options"])
def test_preflight(method: str, headers: dict[str, str], expected: list[tuple[str, str]]) -> None:
    asked = sent(AZURE, method, **headers)
    one, two = CorsPolicy((AZURE,)), CorsPolicy((AZURE, "https://b.test"), True)
    origin = ("Access-Control-Allow-Origin", AZURE)
    assert one.preflight(asked) == HttpResult(204, (origin, *expected))
    assert two.preflight(asked) == HttpResult(
        204, (origin, ("Access-Control-Allow-Credentials", "true"), *expected, ("Vary", "Origin"))
    )


def test_preflight_of_another_origin_is_answered_too() -> None:
    asked = sent("http://badorigin.com", "OPTIONS", Access_Control_Request_Method="PUT")
    assert CorsPolicy((AZURE,)).preflight(asked) == HttpResult(204)


@pytest.mark.parametrize(
    "asked",
    [
        sent(AZURE, "OPTIONS"),
        sent(None, "OPTIONS", Access_Control_Request_Method="PUT"),
        sent(AZURE, "GET", Access_Control_Request_Method="PUT"),
    ],
)
def test_what_is_no_preflight(asked: PreparedRequest) -> None:
    assert CorsPolicy(("*",)).preflight(asked) is None


@given(st.text(max_size=20))
def test_any_origin(text: str) -> None:
    policy = CorsPolicy.of({}, {"cors": text})
    assert policy is None or all(policy.origins)
    assert CorsPolicy((AZURE,)).headers(sent(text)) == ()
