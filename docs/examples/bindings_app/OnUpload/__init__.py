"""Copies what was uploaded."""

import azure.functions as func


def main(upload: func.InputStream, copy: func.Out[bytes]) -> None:
    copy.set(upload.read())
