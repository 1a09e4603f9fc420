"""GET /api/orders/7: the receipt, which an input binding has read already. Without annotations, as many apps are.

Azure does not need them: the bindings say what ``req`` and ``receipt`` are.
"""

import azure.functions as func


def main(req, receipt):  # type: ignore[no-untyped-def]
    if receipt is None:  # what Azure gives a function when the blob is not there
        return func.HttpResponse(f"no order {req.route_params['id']}", status_code=404)
    return func.HttpResponse(receipt.read(), mimetype="application/json")
