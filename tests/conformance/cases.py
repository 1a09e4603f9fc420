"""The table, all parts of it."""

from __future__ import annotations

from tests.conformance import table_http, table_inputs, table_loading, table_outputs, table_running
from tests.conformance.apps import Case

CASES: list[Case] = [
    *table_loading.CASES,
    *table_inputs.CASES,
    *table_outputs.CASES,
    *table_http.CASES,
    *table_running.CASES,
]
