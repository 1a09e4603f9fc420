"""The FastAPI application."""

import logging
from typing import Annotated

from fastapi import APIRouter, Cookie, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

from shop import outbox

# Functions passes the whole path on, prefix included. So FastAPI has it, too, in its routes and in its own pages.
app = FastAPI(title="Shop", docs_url="/api/docs", openapi_url="/api/openapi.json")
api = APIRouter(prefix="/api")


class Order(BaseModel):
    """What a customer wants to have."""

    id: int
    sku: str
    quantity: int = Field(1, ge=1)


PRICES = {"tea": 450, "cup": 1290}


@api.get("/prices/{sku}")
async def price(sku: str, currency: str = "EUR") -> dict[str, str | int]:
    if sku not in PRICES:
        raise HTTPException(404, f"{sku} is not for sale")
    return {"sku": sku, "cents": PRICES[sku], "currency": currency}


@api.post("/orders", status_code=202)
def place(order: Order) -> dict[str, int]:  # not async: FastAPI runs it on a thread
    logging.info("order %s: %s x %s", order.id, order.quantity, order.sku)
    outbox.put(order.model_dump_json())
    return {"id": order.id, "total": PRICES[order.sku] * order.quantity}


@api.post("/login", status_code=204)
async def login(response: Response) -> None:
    response.set_cookie("session", "ada", httponly=True)
    response.set_cookie("theme", "dark", max_age=3600)


@api.get("/me")
async def me(request: Request, session: Annotated[str | None, Cookie()] = None) -> dict[str, str | None]:
    return {"session": session, "function": request.scope["azure_functions.function_name"]}


app.include_router(api)
