"""Forgets to return."""

import logging


def main(req):
    logging.info("and that was that")
