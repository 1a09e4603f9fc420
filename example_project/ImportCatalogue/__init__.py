"""Turns an uploaded CSV file into JSON beside it: blob in, blob out."""

import csv
import io
import json
import logging

import azure.functions as func


def main(upload: func.InputStream, catalogue: func.Out[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(upload.read().decode("utf-8"))))
    logging.info("%s holds %s articles", upload.name, len(rows))
    catalogue.set(json.dumps({row["sku"]: int(row["cents"]) for row in rows}))
