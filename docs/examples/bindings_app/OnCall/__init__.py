"""A call by another Dapr app, and a value of a state store."""


def main(data: str, stock: str) -> str:
    return f"{data}: {stock}"
