"""Who is signed in, as Easy Auth and as Static Web Apps tell it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_azfunc import BindingError, http


def token(principal: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    headers = dict(http(principal=principal).headers)
    return json.loads(base64.b64decode(headers.pop("X-MS-CLIENT-PRINCIPAL"))), headers


def test_easy_auth() -> None:
    told, headers = token({"name": "ada", "id": 7, "roles": ["reader"], "claims": {"groups": ["a", "b"]}})

    assert told == {
        "auth_typ": "aad",
        "claims": [
            {"typ": "name", "val": "ada"},
            {"typ": "groups", "val": "a"},
            {"typ": "groups", "val": "b"},
            {"typ": "roles", "val": "reader"},
        ],
        "name_typ": "name",
        "role_typ": "roles",
    }
    assert headers == {
        "X-MS-CLIENT-PRINCIPAL-IDP": "aad",
        "X-MS-CLIENT-PRINCIPAL-ID": "7",
        "X-MS-CLIENT-PRINCIPAL-NAME": "ada",
    }


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (
            {"userId": "7", "userDetails": "ada", "userRoles": ["admin"], "identityProvider": "github"},
            {"identityProvider": "github", "userId": "7", "userDetails": "ada", "userRoles": ["admin"]},
        ),
        (
            {"userDetails": "ada"},
            {
                "identityProvider": "aad",
                "userId": "00000000000000000000000000000001",
                "userDetails": "ada",
                "userRoles": ["anonymous", "authenticated"],
            },
        ),
        (
            {"userRoles": ("admin", "authenticated")},
            {
                "identityProvider": "aad",
                "userId": "00000000000000000000000000000001",
                "userDetails": "user",
                "userRoles": ["admin", "authenticated"],
            },
        ),
    ],
)
def test_static_web_apps(principal: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    assert token(principal) == (expected, {})


@pytest.mark.parametrize(
    "principal",
    [
        {"userId": "7", "claims": {}},
        {"userId": "7", "name": "ada"},
        {"userRoles": "admin"},
        {"userRoles": 7},
        {"userID": "7"},
        {"userDetails": "\ud800"},
        {7: "ada"},
    ],
)
def test_what_neither_of_them_tells(principal: Mapping[Any, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        http(principal=principal)
    assert caught.value.rule == "payload-value"
