"""Flask behind Functions, without a prefix: Flask has the root."""

import pytest


def test_the_home_page_is_flasks(azfunc_http):
    response = azfunc_http.get("/")

    assert response.text == "<h1>A blog</h1>"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_post(azfunc_http):
    assert azfunc_http.get("/posts/2").json() == {"number": 2, "title": "On tea"}


@pytest.mark.parametrize("path", ["/posts/9", "/nowhere"])
def test_a_404_of_flask(azfunc_http, path):
    response = azfunc_http.get(path)

    assert response.status_code == 404
    assert response.invocation.function == "Web"  # the function has run: this is not the host's 404


def test_publishing(azfunc_http):
    response = azfunc_http.post("/posts", json={"title": "On cups"})

    assert response.status_code == 201
    assert response.headers["Location"] == "/posts/3"
    assert response.json() == {"number": 3, "title": "On cups"}
    assert "somebody published 'On cups'" in response.invocation.logs


def test_a_post_without_a_title(azfunc_http):
    assert azfunc_http.post("/posts", json={}).status_code == 422


def test_what_is_no_json(azfunc_http):
    assert azfunc_http.post("/posts", data="title").status_code == 415


def test_the_session_cookie_and_a_redirect(azfunc_http):
    response = azfunc_http.post("/login", data={"user": "ada"})

    assert response.url == "http://localhost:7071/"  # requests has followed the redirect
    assert [old.status_code for old in response.history] == [302]
    assert "ada published 'Mine'" in azfunc_http.post("/posts", json={"title": "Mine"}).invocation.logs


def test_a_stranger_is_refused_before_flask(azfunc_http, azfunc_host):
    assert azfunc_http.get("/posts/2", key=None).status_code == 401
    assert azfunc_http.get("/posts/2", key=azfunc_host.keys.host["default"]).status_code == 200


def test_a_view_that_fails(azfunc_http, monkeypatch):
    """Flask answers 500 by itself, of which the middleware makes an exception. For the view's own, tell Flask."""
    from blog.site import app

    with pytest.raises(Exception, match="Internal Server Error"):
        azfunc_http.get("/broken")

    monkeypatch.setitem(app.config, "TESTING", True)
    with pytest.raises(LookupError, match="the archive is gone"):
        azfunc_http.get("/broken")


def test_a_failure_as_a_client_sees_it(azfunc_http, azfunc_host):
    azfunc_host.raise_exceptions = False
    azfunc_host.failures.expect(Exception, match="Internal Server Error")

    response = azfunc_http.get("/broken")

    assert response.status_code == 500
    assert response.content == b""  # Flask's error page is lost
    assert "the archive is gone" in response.invocation.logs.text  # Flask has logged the view's exception
