"""FastAPI behind Functions: the prefix, the key and the middleware are part of what is tested."""

import logging

import pytest


def test_a_price(azfunc_http):
    response = azfunc_http.get("/api/prices/tea", params={"currency": "NOK"})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json() == {"sku": "tea", "cents": 450, "currency": "NOK"}


def test_without_the_prefix_there_is_no_function(azfunc_http):
    response = azfunc_http.get("/prices/tea")

    assert response.status_code == 404
    assert response.content == b""  # the host's 404, not FastAPI's
    assert response.invocation is None


def test_a_404_of_fastapi(azfunc_http):
    response = azfunc_http.get("/api/prices/spoon")

    assert response.status_code == 404
    assert response.json() == {"detail": "spoon is not for sale"}
    assert response.invocation.function == "Web"


def test_an_order_is_put_on_the_queue(azfunc_http):
    response = azfunc_http.post("/api/orders", json={"id": 7, "sku": "tea", "quantity": 2})

    assert response.status_code == 202
    assert response.json() == {"id": 7, "total": 900}
    assert response.invocation.outputs["orders"].json() == {"id": 7, "sku": "tea", "quantity": 2}


def test_what_an_endpoint_logs_on_fastapis_threads(azfunc_http):
    first = azfunc_http.post("/api/orders", json={"id": 7, "sku": "tea"})
    second = azfunc_http.post("/api/orders", json={"id": 8, "sku": "cup"})

    assert first.invocation.logs.at("INFO").messages == ["order 7: 1 x tea"]
    assert second.invocation.logs.at("INFO").messages == ["order 8: 1 x cup"]


@pytest.mark.parametrize("order", [{"id": 7}, {"id": 7, "sku": "tea", "quantity": 0}, {"id": "seven", "sku": "tea"}])
def test_what_is_no_order_is_refused(azfunc_http, order):
    response = azfunc_http.post("/api/orders", json=order)

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"][0] == "body"
    assert "orders" not in response.invocation.outputs


def test_cookies(azfunc_http):
    response = azfunc_http.post("/api/login")

    assert response.status_code == 204
    assert azfunc_http.cookies.get_dict() == {"session": "ada", "theme": "dark"}
    assert azfunc_http.get("/api/me").json() == {"session": "ada", "function": "Web"}


def test_the_method_is_checked_by_fastapi(azfunc_http):
    response = azfunc_http.delete("/api/orders")  # function.json has no methods: all go to the function

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


def test_a_stranger_is_refused_before_fastapi(azfunc_http):
    response = azfunc_http.get("/api/prices/tea", key=None)

    assert response.status_code == 401
    assert response.invocation is None


def test_a_wrong_and_a_right_key(azfunc_http, azfunc_host):
    assert azfunc_http.get("/api/prices/tea", key="wrong").status_code == 401
    assert azfunc_http.get("/api/prices/tea", key=azfunc_host.keys.function("Web")).status_code == 200


def test_the_documentation_of_the_api(azfunc_http):
    assert azfunc_http.get("/api/docs").status_code == 200

    described = azfunc_http.get("/api/openapi.json").json()

    assert set(described["paths"]) == {"/api/prices/{sku}", "/api/orders", "/api/login", "/api/me"}


def test_an_exception_of_an_endpoint(azfunc_http):
    with pytest.raises(KeyError, match="spoon"):  # the endpoint's own, through FastAPI and the middleware
        azfunc_http.post("/api/orders", json={"id": 7, "sku": "spoon"})


def test_the_same_exception_as_a_client_sees_it(azfunc_http, azfunc_host):
    azfunc_host.raise_exceptions = False
    azfunc_host.failures.expect(KeyError, match="spoon")

    response = azfunc_http.post("/api/orders", json={"id": 7, "sku": "spoon"})

    assert response.status_code == 500
    assert response.content == b""  # not FastAPI's "Internal Server Error": the function has failed


def test_caplog_goes_on_working(azfunc_http, caplog):
    caplog.set_level(logging.INFO)

    azfunc_http.post("/api/orders", json={"id": 7, "sku": "tea"})

    assert "order 7: 1 x tea" in caplog.messages
