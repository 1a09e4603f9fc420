"""A headless Chromium. The tests here run in their own environment of tox only.

Where the browser is not installed they are skipped, but in the project's build, which sets AZFUNC_BROWSER to `required`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("AZFUNC_BROWSER") else ["*.py"]

if os.environ.get("AZFUNC_BROWSER"):
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    FLAGS = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --disable-dev-shm-usage"
    )

    @pytest.fixture(scope="session")
    def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
        """The browser, for all tests."""
        options = ChromeOptions()
        options.binary_location = _installed("chromium")
        for flag in FLAGS.split():
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
        browser = Chrome(options, ChromeService(_installed("chromedriver")))
        try:
            browser.set_page_load_timeout(30)
            browser.set_script_timeout(30)
            yield browser
        finally:
            browser.quit()


def _installed(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        missing = f"{name} is not installed: apt-get install chromium chromium-driver"
        if os.environ["AZFUNC_BROWSER"] == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    return str(Path(path))
