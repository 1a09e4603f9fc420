import logging

import azure.functions as func


def main(req: func.HttpRequest, order: func.Out[str]) -> func.HttpResponse:
    if req.files:
        uploaded = req.files["list"]
        content = uploaded.read().decode()
        uploaded.close()
        return func.HttpResponse(f"{uploaded.filename}: {content}")
    article = req.get_json()["article"]
    if article == "poison":
        raise ValueError("not for sale")
    logging.info("ordered %s", article)
    order.set(article)
    return func.HttpResponse(f"ordered {article}", status_code=202)
