"""A discount that waits for an approval, over three days that pass in no time."""

from pytest_azfunc import AppSession, Durable, Host

DISCOUNT = {"customer": "Ada", "percent": 10}


def test_asked_for_over_http(azfunc_http: AppSession, azfunc_host: Host, azfunc_durable: Durable) -> None:
    asked = azfunc_http.post("/api/discounts", json=DISCOUNT)
    azfunc_host.drain()
    azfunc_http.post(asked.json()["sendEventPostUri"].replace("{eventName}", "Approved"), json="Grace")
    azfunc_host.drain()

    status = azfunc_http.get(asked.json()["statusQueryGetUri"]).json()
    assert (status["runtimeStatus"], status["output"]) == ("Completed", "approved by Grace")


def test_nobody_approves(azfunc_durable: Durable, azfunc_host: Host) -> None:
    approval = azfunc_durable.start("DiscountApproval", DISCOUNT)
    assert approval.waits_for == ["Approved"]

    azfunc_host.advance(hours=72)

    assert approval.output == "refused: nobody has approved it"
    mail = approval.invocations[-2].outputs["mails"]
    assert mail.json() == {**DISCOUNT, "answer": approval.output}
