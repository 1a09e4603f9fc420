"""An event of a Dapr input binding."""


def main(data: str) -> str:
    return f"got {data}"
