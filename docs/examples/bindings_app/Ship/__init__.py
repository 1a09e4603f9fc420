"""An activity."""


def main(order):
    return {"shipped": order["number"]}
