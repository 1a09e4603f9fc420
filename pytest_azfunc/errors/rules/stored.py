"""What stores hold, and what they would not take (StoreError)."""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.rule import Rule

STORED: Final[dict[str, Rule]] = {
    "store-value": Rule(
        "{call}: {reason}.",
        "the service refuses the request.",
        "give a value that it takes.",
    ),
    "store-too-large": Rule(
        "{what} has {size} bytes, and {limit} are the most that {service} takes.",
        "the service refuses the request.",
        "store less, such as the name of a blob that holds the rest.",
    ),
    "store-changed": Rule(
        "{what} was changed by somebody else: {change}.",
        "the service answers with 412, and nothing is written.",
        "read it anew, and try again.",
    ),
    "store-exists": Rule(
        "{what} is there already.",
        "the service answers with 409, and nothing of the batch is written.",
        'give another key, or an ETag of "*", which replaces what is there.',
    ),
    "store-filter": Rule(
        "the filter {text!r}: {reason}.",
        "the service answers with 400.",
        "write it in OData, such as Status eq 'open' and Amount gt 5.",
    ),
}
