"""Sets a cookie."""

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(headers={"Set-Cookie": f"visitor={req.form['name']}; Path=/api; HttpOnly"})
