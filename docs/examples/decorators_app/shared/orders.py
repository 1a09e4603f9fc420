"""Orders and what they cost. Amounts are whole cents, so that nothing is rounded twice."""

from typing import TypedDict

PRICES = {"tea": 450, "cup": 1290, "pot": 3900}


class Line(TypedDict):
    """So many of one article."""

    sku: str
    quantity: int


class Order(TypedDict):
    """What a customer wants to have."""

    id: int
    lines: list[Line]


def total(order: Order) -> int:
    """What the order costs.

    :raises ValueError: it is empty, or an article is not for sale.
    """
    if not order["lines"]:
        raise ValueError(f"order {order['id']} has no lines")
    unknown = [line["sku"] for line in order["lines"] if line["sku"] not in PRICES]
    if unknown:
        raise ValueError(f"not for sale: {', '.join(unknown)}")
    return sum(PRICES[line["sku"]] * line["quantity"] for line in order["lines"])
