"""Prepares a new instance."""

import logging

CACHE = {}


def main(warmup):
    CACHE["ready"] = True
    logging.info("warm")
