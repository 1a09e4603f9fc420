"""Shows an order; there is only one."""

import json

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    number = int(req.route_params["id"])
    if number != 7:
        return func.HttpResponse(f"no order {number}", status_code=404)
    return func.HttpResponse(json.dumps({"id": 7, "status": "paid"}), mimetype="application/json")
