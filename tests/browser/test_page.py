"""A page in a real browser, that an app serves and whose script calls the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from pytest_azfunc import Host
from pytest_azfunc.http_server import LiveServer

pytestmark = pytest.mark.azfunc(project=str(Path(__file__).parent / "shop"))


@pytest.fixture(autouse=True)
def _fresh(browser: Chrome, azfunc_live_server: LiveServer) -> None:
    browser.get(f"{azfunc_live_server.url}/api/shop")
    browser.delete_all_cookies()


def open_page(browser: Chrome, server: LiveServer, host: Host) -> None:
    browser.get(f"{server.url}/api/shop?code={host.keys.function('Orders')}")


def answer(browser: Chrome) -> str:
    return WebDriverWait(browser, 20).until(lambda found: found.find_element(By.ID, "answer").text)


def test_a_page(browser: Chrome, azfunc_live_server: LiveServer, azfunc_host: Host) -> None:
    open_page(browser, azfunc_live_server, azfunc_host)

    assert browser.title == "Shop"
    assert browser.find_element(By.TAG_NAME, "h1").text == "Käsehäppchen"
    assert {run.function for run in azfunc_host.invocations} == {"Page"}


def test_a_button_that_calls_the_app(browser: Chrome, azfunc_live_server: LiveServer, azfunc_host: Host) -> None:
    open_page(browser, azfunc_live_server, azfunc_host)

    browser.find_element(By.ID, "order").click()

    assert answer(browser) == "202 ordered cheese"
    run = azfunc_host.invocations[-1]
    assert (run.function, run.outputs["order"].text, run.logs.messages) == ("Orders", "cheese", ["ordered cheese"])


def test_the_key_is_asked_for(browser: Chrome) -> None:
    browser.find_element(By.ID, "order").click()

    assert answer(browser) == "401"


def test_an_exception_is_a_500_in_the_browser_and_a_failure_of_the_host(
    browser: Chrome, azfunc_live_server: LiveServer, azfunc_host: Host
) -> None:
    open_page(browser, azfunc_live_server, azfunc_host)
    field = browser.find_element(By.ID, "article")
    field.clear()
    field.send_keys("poison")

    browser.find_element(By.ID, "order").click()

    assert answer(browser) == "500"
    azfunc_host.failures.expect(ValueError, match="not for sale")


def test_cookies(browser: Chrome, azfunc_live_server: LiveServer) -> None:
    seen = []
    for _ in range(3):
        browser.get(f"{azfunc_live_server.url}/api/visits")
        seen.append(browser.find_element(By.TAG_NAME, "body").text)

    assert seen == ["visit 1", "visit 2", "visit 3"]
    cookie = browser.get_cookie("visits")
    assert cookie is not None
    assert (cookie["value"], cookie["httpOnly"], cookie["sameSite"]) == ("3", True, "Lax")


def test_an_upload(browser: Chrome, azfunc_live_server: LiveServer, azfunc_host: Host, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("milk, eggs")
    open_page(browser, azfunc_live_server, azfunc_host)

    browser.execute_script(
        "document.getElementById('upload').action += '?code=' + arguments[0]", azfunc_host.keys.function("Orders")
    )
    browser.find_element(By.ID, "list").send_keys(str(tmp_path / "list.txt"))
    browser.find_element(By.ID, "upload").submit()

    body = WebDriverWait(browser, 20).until(
        lambda found: "milk" in found.page_source and found.find_element(By.TAG_NAME, "body")
    )
    assert body.text == "list.txt: milk, eggs"


def test_requests_of_a_page_run_beside_each_other(browser: Chrome) -> None:
    texts = browser.execute_async_script(
        """
        const done = arguments[arguments.length - 1];
        const call = async (number) => (await fetch(`/api/together/${number}`)).text();
        Promise.all([1, 2, 3, 4].map(call)).then(done);
        """
    )

    assert texts == ["met 1", "met 2", "met 3", "met 4"]
