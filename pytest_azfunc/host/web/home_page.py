"""What the host shows at its root, where no function has taken it (azure-functions-host, HomepageMiddleware.cs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pytest_azfunc.host.web.http_response import HttpResult

DISABLING_SETTING: Final = "AzureWebJobsDisableHomepage"

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Function app</title></head>
<body><h1>The function app is running.</h1><p>Its functions are at other addresses.</p></body>
</html>
"""


def home_page(settings: Mapping[str, str]) -> HttpResult:
    """The home page, or a 204 where the app setting ``AzureWebJobsDisableHomepage`` is ``true`` (in any case)."""
    if settings.get(DISABLING_SETTING, "").lower() == "true":
        return HttpResult(204)
    return HttpResult(200, (("Content-Type", "text/html"),), _PAGE.encode("utf-8"))
