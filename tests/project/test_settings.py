"""Settings: what local.settings.json holds, and that nothing in them reaches a live resource or a reader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.project import Project
from pytest_azfunc.project.live_resources import without_live_resources
from pytest_azfunc.project.settings import read_settings_file
from tests.project.app_on_disk import write_text

# local.settings.json


def read(root: Path, content: Any) -> dict[str, str]:
    path = root / "local.settings.json"
    write_text(path, content if isinstance(content, str) else json.dumps(content, indent=2))
    return read_settings_file(str(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, {}),
        ({"Values": {}}, {}),
        ({"Values": None}, {}),
        ({"IsEncrypted": False, "Values": {"A": "x"}}, {"A": "x"}),
        ({"IsEncrypted": "false", "Values": {"A": "x"}}, {"A": "x"}),
        ({"values": {"A": "x"}}, {"A": "x"}),
        (
            {"Values": {"A": 5, "B": True, "C": False, "D": None, "E": "", "F": 1.5}},
            {"A": "5", "B": "true", "C": "false", "E": "", "F": "1.5"},
        ),
        ({"Values": {"A:B": "x", "a__b": "y"}}, {"A:B": "x", "a__b": "y"}),
        ({"Host": {"CORS": "*"}, "ConnectionStrings": {"S": "x"}}, {}),
        ("// c\n{'Values': {'A': 'x',}}", {"A": "x"}),
        ('{"Values": {"A": "1", "A": "2"}}', {"A": "2"}),
    ],
)
def test_values(content: Any, expected: dict[str, str], tmp_path: Path) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "rule", "place", "says"),
    [
        ({"IsEncrypted": True, "Values": {"A": "x"}}, "settings-encrypted", "2:3", "encrypted"),
        ({"isEncrypted": "True"}, "settings-encrypted", "2:3", "encrypted"),
        ([], "settings-invalid", "1:1", "it holds an array, not an object"),
        ({"Values": []}, "settings-invalid", "2:3", "Values is an array, not an object"),
        ({"Values": {"A": {"b": 1}}}, "settings-invalid", "3:5", "the value of A is an object, not a string"),
        ({"Values": {"A": "x", "B": []}}, "settings-invalid", "4:5", "the value of B is an array, not a string"),
        ({"Values": {"A=B": "x"}}, "settings-invalid", "3:5", "'A=...' cannot be the name of an environment variable"),
        ({"Values": {"": "x"}}, "settings-invalid", "3:5", "'' cannot be the name"),
        ({"Values": {"A\0": "x"}}, "settings-invalid", "3:5", "cannot be the name"),
        ({"Values": {"A": "x\0"}}, "settings-invalid", "3:5", "the value of A has a NUL character in it"),
        ('{"Values": {"A": s3cret}}', "settings-invalid", "1:18", "its JSON is broken here"),
    ],
)
def test_refused(content: Any, rule: str, place: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        read(tmp_path, content)
    assert caught.value.rule == rule
    assert str(caught.value.location).endswith(f"local.settings.json:{place}")
    assert says in caught.value.problem


def test_no_file(tmp_path: Path) -> None:
    assert Project.load(tmp_path).file_settings == {}
    with pytest.raises(ProjectError) as caught:
        read_settings_file(str(tmp_path / "nowhere.json"))
    assert caught.value.rule == "settings-file-missing"


SECRET = "s3cr3t-v4lue"
secrets = st.recursive(
    st.just(SECRET),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
)
broken = st.sampled_from(["{0}", "{0}}}", "{{0", '"{0}', "'{0}\\x'", "[{0}", "{0}: 1", '"{0}" "{0}"', "1{0}", "{0}\0"])
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(st.dictionaries(st.sampled_from(["A", "B", "=", ""]), secrets | st.just(f"{SECRET}\0"), max_size=3))
def test_no_error_shows_a_value(tmp_path: Path, values: dict[str, Any]) -> None:
    check_nothing_is_shown(tmp_path, json.dumps({"Values": values}))


@relaxed
@given(broken)
def test_no_error_shows_a_piece_of_the_text(tmp_path: Path, text: str) -> None:
    check_nothing_is_shown(tmp_path, '{"Values": {"A": ' + text.replace("{0}", SECRET) + "}}")


def check_nothing_is_shown(root: Path, text: str) -> None:
    write_text(root / "local.settings.json", text)
    project = Project.load(root)
    try:
        assert all(SECRET in value for value in project.file_settings.values())
    except ProjectError as error:
        assert SECRET not in str(error) + repr(error)
        assert error.__suppress_context__ or error.__context__ is None
    assert SECRET not in repr(project)
    assert SECRET not in repr(project.host)


# Live resources

KEY = "c2VjcmV0" * 10 + "a1=="
LIVE = re.compile(
    r"core\.windows\.net|servicebus\.windows\.net|documents\.azure\.com|cosmos\.azure\.com|database\.windows\.net"
    r"|azurewebsites\.net|azure-devices\.net|vault\.azure\.net|signalr\.net|openai\.azure\.com|chinacloudapi\.cn"
    r"|usgovcloudapi\.net|azconfig\.io|azurecr\.io|cloudapi\.de",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "value",
    [
        f"DefaultEndpointsProtocol=https;AccountName=live;AccountKey={KEY};EndpointSuffix=core.windows.net",
        f"DefaultEndpointsProtocol=https;AccountName=live;AccountKey={KEY}",
        f"AccountName=live;AccountKey={KEY};",
        f"accountname = live; accountkey = {KEY}; endpointsuffix = core.cloudapi.de",
        f"AccountName=live;AccountKey={KEY};BlobEndpoint=https://blobs.contoso.com",
        f"UseDevelopmentStorage=true;AccountName=live;AccountKey={KEY}",
        f"AccountName=devstoreaccount1;AccountName=live;AccountKey={KEY}",
        f"AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint=https://live.blob.core.windows.net",
        f"BlobEndpoint=https://live.blob.core.windows.net/;SharedAccessSignature=sv=2020&sig={KEY}&se=1",
        f"https://live.blob.core.windows.net/c/b?sv=1&sig={KEY}",
        f"Endpoint=sb://live.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY};EntityPath=x",
        f"Endpoint=sb://bus.contoso.com/;SharedAccessKeyName=Root;SharedAccessKey={KEY}",
        f"AccountEndpoint=https://live.documents.azure.com:443/;AccountKey={KEY};",
        f"Endpoint=https://live.service.signalr.net;AccessKey={KEY};Version=1.0;",
        f"Endpoint=https://live.azconfig.io;Id=x;Secret={KEY}",
        f"Server=tcp:live.database.windows.net,1433;Database=d;User ID=u;Password={KEY};Encrypt=true",
        f"HostName=live.azure-devices.net;SharedAccessKeyName=x;SharedAccessKey={KEY}",
        f"live.redis.cache.windows.net:6380,password={KEY},ssl=True",
        f"postgres://user:{KEY}@live.postgres.database.azure.com/db",
        f"https://live.azurewebsites.net/api/F?code={KEY}",
        "https://LIVE.BLOB.CORE.WINDOWS.NET/",
        "live.servicebus.windows.net",
        "https://live.privatelink.queue.core.usgovcloudapi.net.",
        "@Microsoft.KeyVault(SecretUri=https://live.vault.azure.net/secrets/x/)",
        '{"endpoint": "https://live.openai.azure.com/"}',
    ],
)
def test_live_values_are_dead(value: str) -> None:
    dead = without_live_resources(value)
    assert "dead.azfunc.invalid" in dead or "contoso" in dead
    assert KEY not in dead
    assert not LIVE.search(dead)
    assert without_live_resources(dead) == dead


def test_shapes_stay() -> None:
    dead = without_live_resources(f"DefaultEndpointsProtocol=https;AccountName=live;AccountKey={KEY}")
    assert dead == (
        "DefaultEndpointsProtocol=https;AccountName=live;AccountKey=ZGVhZA==;EndpointSuffix=dead.azfunc.invalid"
    )
    bus = without_live_resources(
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=k;EntityPath=q"
    )
    assert bus == "Endpoint=sb://dead.azfunc.invalid/;SharedAccessKeyName=Root;SharedAccessKey=ZGVhZA==;EntityPath=q"
    insights = without_live_resources(
        "InstrumentationKey=12-34;IngestionEndpoint=https://x.in.applicationinsights.azure.com/"
    )
    assert insights == (
        "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://dead.azfunc.invalid/"
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "UseDevelopmentStorage=true",
        "usedevelopmentstorage=true;",
        "UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite",
        f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:10000/x;",
        "Endpoint=sb://localhost;SharedAccessKeyName=Root;SharedAccessKey=SAS;UseDevelopmentEmulator=true;",
        "python",
        "orders",
        "0 */5 * * * *",
        "https://example.com/?sig=abc&code=x",
        "Password=abc",
        "postgres://user:pw@localhost/db",
        "https://windows.net.example.com/",
        "https://notazure.company/",
        "user@azure.company.com",
        "windows.net",
        "{'a': [1, 2]}",
        KEY,
    ],
)
def test_ordinary_values_stay(value: str) -> None:
    assert without_live_resources(value) == value


hosts = st.builds(
    lambda name, suffix, upper: f"{name}.{suffix}".upper() if upper else f"{name}.{suffix}",
    st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True),
    st.sampled_from(
        [
            "blob.core.windows.net",
            "queue.core.windows.net",
            "servicebus.windows.net",
            "documents.azure.com",
            "vault.azure.net",
            "database.windows.net",
            "table.cosmos.azure.com",
            "blob.core.usgovcloudapi.net",
            "openai.azure.com",
        ]
    ),
    st.booleans(),
)
fields = st.one_of(
    st.builds("{}=https://{}/".format, st.sampled_from(["BlobEndpoint", "Endpoint", "AccountEndpoint"]), hosts),
    st.builds(
        "{}={}".format, st.sampled_from(["AccountKey", "SharedAccessKey", "Password", "accountkey"]), st.just(KEY)
    ),
    st.sampled_from(
        ["AccountName=live", "DefaultEndpointsProtocol=https", "EndpointSuffix=core.windows.net", "", "Encrypt=true"]
    ),
)
connections = st.builds(
    lambda first, others: ";".join([first, *others]),
    st.sampled_from(["AccountName=live", "Endpoint=sb://x.servicebus.windows.net/"]),
    st.lists(fields, max_size=5),
)


@given(connections)
def test_no_connection_string_stays_alive(value: str) -> None:
    dead = without_live_resources(value)
    assert not LIVE.search(dead)
    assert KEY not in dead
    assert without_live_resources(dead) == dead
    if "AccountName=" in value:
        assert "EndpointSuffix=dead.azfunc.invalid" in dead


@given(st.text() | st.lists(st.text() | hosts | fields).map("".join))
def test_any_text(value: str) -> None:
    dead = without_live_resources(value)
    assert without_live_resources(dead) == dead


@given(st.text(alphabet=st.characters(exclude_characters="=.")))
def test_text_without_a_host_or_a_field_stays(value: str) -> None:
    assert without_live_resources(value) == value
