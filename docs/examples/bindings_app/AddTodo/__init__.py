"""A skill of an assistant."""


def main(text: str) -> str:
    return f"added {text}"
