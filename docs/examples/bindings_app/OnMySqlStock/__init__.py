"""Names the changed rows."""

import azure.functions as func


def main(changes: func.MySqlRowList, changed: func.Out[str]) -> None:
    changed.set(", ".join(str(row["Item"]["Id"]) for row in changes))
