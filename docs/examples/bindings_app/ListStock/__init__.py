"""Lists the rows of a query."""

import azure.functions as func


def main(req: func.HttpRequest, rows: func.SqlRowList) -> func.HttpResponse:
    return func.HttpResponse(", ".join(row["Name"] for row in rows))
