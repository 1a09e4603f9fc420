"""Fills a template, which is a blob input."""

import azure.functions as func


def main(msg: func.QueueMessage, template: str, letter: func.Out[str]) -> None:
    letter.set((template or "{}").format(msg.get_body().decode()))
