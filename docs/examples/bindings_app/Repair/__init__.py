"""A run by hand."""


def main(input: str) -> str:
    return f"repaired {input}"
