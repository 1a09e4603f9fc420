"""Names the signed-in user, from the headers that Easy Auth adds."""

import base64
import json

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    name = req.headers.get("X-MS-CLIENT-PRINCIPAL-NAME")
    if name is None:
        return func.HttpResponse("sign in first", status_code=401)
    principal = json.loads(base64.b64decode(req.headers["X-MS-CLIENT-PRINCIPAL"]))
    roles = [claim["val"] for claim in principal["claims"] if claim["typ"] == principal["role_typ"]]
    return func.HttpResponse(f"{name}: {', '.join(roles)}")
