from http.cookies import SimpleCookie

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    found = SimpleCookie(req.headers.get("cookie", "")).get("visits")
    visits = int(found.value) + 1 if found else 1
    return func.HttpResponse(
        f"visit {visits}", headers={"Set-Cookie": f"visits={visits}; Path=/; HttpOnly; SameSite=Lax"}
    )
