"""Which addresses lead to Azure, and which of them a test has given."""

from __future__ import annotations

import pytest

from pytest_azfunc.project.azure_addresses import Address, is_given

BLOB = "https://shop.blob.core.windows.net/c/b"
EMULATOR = "http://127.0.0.1:10000/devstoreaccount1/c"


def address(url: str) -> Address:
    return Address.of("", None, url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (BLOB, "*.blob.core.windows.net"),
        ("https://SHOP.Table.Core.Windows.Net/", "*.table.core.windows.net"),
        ("https://shop.documents.azure.com:443/", "*.documents.azure.com"),
        ("https://shop.vault.usgovcloudapi.net/", "*.vault.usgovcloudapi.net"),
        ("https://shop.blob.core.chinacloudapi.cn/", "*.blob.core.chinacloudapi.cn"),
        ("https://management.azure.com/", "*.azure.com"),
        ("https://login.microsoftonline.com/t/oauth2", "login.microsoftonline.com"),
        ("https://login.partner.microsoftonline.cn/t", "login.partner.microsoftonline.cn"),
        ("http://169.254.169.254/metadata/identity/oauth2/token", "169.254.169.254"),
    ],
)
def test_live(url: str, shown: str) -> None:
    found = address(url)
    assert (found.is_live, found.is_dead, found.is_emulator) == (True, False, False)
    assert str(found) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://notblob.core.windows.net.example.com/",
        "https://windows.net.evil/",
        "http://localhost:7071/api",
        "http://127.0.0.1:10000/",
        "http://127.0.0.1:32768/devstoreaccount1/c",
        "http://127.0.0.1:10000/devstoreaccount12/c",
        "http://127.0.0.1:10000/c/devstoreaccount1",
        "https://login.example.com/",
        "",
    ],
)
def test_neither_live_nor_emulator(url: str) -> None:
    found = address(url)
    assert (found.is_live, found.is_dead, found.is_emulator) == (False, False, False)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (EMULATOR, "the storage emulator (127.0.0.1:10000)"),
        ("http://localhost:10001/devstoreaccount1", "the storage emulator (localhost:10001)"),
        ("http://[::1]:10002/devstoreaccount1/t", "the storage emulator (::1:10002)"),
        ("http://azurite:10000/devstoreaccount1/c", "the storage emulator"),
    ],
)
def test_emulator(url: str, shown: str) -> None:
    assert address(url).is_emulator
    assert str(address(url)) == shown


@pytest.mark.parametrize("host", ["dead.azfunc.invalid", "live.blob.dead.azfunc.invalid", b"DEAD.azfunc.invalid."])
def test_dead(host: str | bytes) -> None:
    found = Address.of(host, "https")
    assert (found.is_dead, found.is_live, str(found)) == (True, False, "dead.azfunc.invalid")


def test_namespaces_of_messages() -> None:
    assert Address.of("shop.servicebus.windows.net", 5671).is_for_messages
    assert not Address.of("shop.servicebus.example.com", 5671).is_for_messages
    assert not Address.of("shop.blob.core.windows.net", 443).is_for_messages
    assert not Address.of(None, 0).is_for_messages


@pytest.mark.parametrize(
    ("url", "name", "value"),
    [
        (BLOB, "URL", "https://shop.blob.core.windows.net"),
        (BLOB, "URL", "BlobEndpoint=https://SHOP.blob.core.windows.net/;SharedAccessSignature=x"),
        (BLOB, "STORAGE", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=x"),
        (BLOB, "ACCOUNT", "shop"),
        ("https://shop-secondary.blob.core.windows.net/c", "STORAGE", "AccountName=shop;AccountKey=x"),
        (
            "https://shop-westeurope.documents.azure.com/",
            "COSMOS",
            "AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=x",
        ),
        ("https://login.microsoftonline.com/t", "AZURE_AUTHORITY_HOST", "login.microsoftonline.com"),
        ("https://login.microsoftonline.com/t", "URL", BLOB),
        ("http://169.254.169.254/metadata", "STORAGE", "AccountName=shop;AccountKey=x"),
        (EMULATOR, "AzureWebJobsStorage", "UseDevelopmentStorage=true"),
        (EMULATOR, "STORAGE", "AccountName=devstoreaccount1;BlobEndpoint=http://localhost:10000/devstoreaccount1;"),
        ("http://azurite:10000/devstoreaccount1/c", "STORAGE", "BlobEndpoint=http://azurite:10000/devstoreaccount1"),
    ],
)
def test_given(url: str, name: str, value: str) -> None:
    assert is_given(address(url), {"OTHER": "", name: value})


@pytest.mark.parametrize(
    ("url", "name", "value"),
    [
        (BLOB, "URL", "https://myshop.blob.core.windows.net"),
        (BLOB, "URL", "https://shop.blob.core.windows.net.example.com"),
        (BLOB, "URL", "https://shop.queue.core.windows.net"),
        (BLOB, "STORAGE", "AccountName=shop2;AccountKey=x"),
        (BLOB, "PLACE", "in the shop"),
        (BLOB, "USER", "shop"),
        (BLOB, "AzureWebJobsStorage", "UseDevelopmentStorage=true"),
        ("https://shop-westeurope.documents.azure.com/", "ACCOUNT", "shop"),
        ("https://login.microsoftonline.com/t", "SYSTEM_COLLECTIONURI", "https://dev.azure.com/shop/"),
        ("https://login.microsoftonline.com/t", "STORAGE", "AccountName=devstoreaccount1;AccountKey=x"),
        ("https://login.microsoftonline.com/t", "ACCOUNT", "login"),
        (EMULATOR, "BUS", "Endpoint=sb://localhost;UseDevelopmentEmulator=true;"),
        (EMULATOR, "STORAGE", "QueueEndpoint=http://localhost:10001/devstoreaccount1;"),
        (EMULATOR, "STORAGE", "AccountName=shop;AccountKey=x"),
        ("http://azurite:10000/devstoreaccount1/c", "AzureWebJobsStorage", "UseDevelopmentStorage=true"),
    ],
)
def test_not_given(url: str, name: str, value: str) -> None:
    assert not is_given(address(url), {"OTHER": "", name: value})
