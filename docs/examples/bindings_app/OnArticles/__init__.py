"""Names the articles that changed."""

import azure.functions as func


def main(documents: func.DocumentList, changed: func.Out[str]) -> None:
    changed.set(", ".join(document["id"] for document in documents))
