"""One suite, written in three ways: a request with a query parameter in each test, and a look at the body."""

from __future__ import annotations

from pathlib import Path

FILES = 10
TESTS_PER_FILE = 50
SUITE_SIZE = FILES * TESTS_PER_FILE

WITH_INVOKE = (
    "from pytest_azfunc import http\n",
    """
def test_hello_{n}(invoke):
    result = invoke("Hello", http("GET", "/api/hello", params={{"name": "{n}"}}))
    assert result.return_value.get_body() == b"Hello {n}"
""",
)
WITH_AZURE_FUNCTIONS_TEST = (
    "from azure_functions_test import mock_http_request\nfrom Hello import main\n",
    """
def test_hello_{n}():
    request = mock_http_request(method="GET", url="http://localhost/api/hello", params={{"name": "{n}"}})
    assert main(request).get_body() == b"Hello {n}"
""",
)
WITH_MAGIC_MOCK = (
    "from unittest.mock import MagicMock\nfrom Hello import main\n",
    """
def test_hello_{n}():
    request = MagicMock(method="GET", url="http://localhost/api/hello", params={{"name": "{n}"}})
    assert main(request).get_body() == b"Hello {n}"
""",
)
SUITES = {
    "with_invoke": WITH_INVOKE,
    "with_azure_functions_test": WITH_AZURE_FUNCTIONS_TEST,
    "with_magic_mock": WITH_MAGIC_MOCK,
}


def write_suites(app: Path) -> None:
    """Write each suite into a folder of its own, below an app with the function ``Hello``."""
    for folder, (imports, test) in SUITES.items():
        (app / folder).mkdir()
        for file in range(FILES):
            tests = "\n".join(test.format(n=file * TESTS_PER_FILE + n) for n in range(TESTS_PER_FILE))
            (app / folder / f"test_{folder}_{file}.py").write_text(f"{imports}\n{tests}")
