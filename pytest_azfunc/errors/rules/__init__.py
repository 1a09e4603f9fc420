"""Every sentence of an error that a user can read, by rule: what is wrong, what Azure would do, and the remedy.

They are one table, so that they can be read, compared and tested side by side. A module per subject holds a part of it.
"""

from __future__ import annotations

from typing import Final

from pytest_azfunc.errors.rules.app import APP
from pytest_azfunc.errors.rules.durable import DURABLE
from pytest_azfunc.errors.rules.expressions import EXPRESSIONS
from pytest_azfunc.errors.rules.functions import FUNCTIONS
from pytest_azfunc.errors.rules.http import HTTP
from pytest_azfunc.errors.rules.indexing import INDEXING
from pytest_azfunc.errors.rules.outputs import OUTPUTS
from pytest_azfunc.errors.rules.payloads import PAYLOADS
from pytest_azfunc.errors.rules.rule import INDEX_FAILS, Rule
from pytest_azfunc.errors.rules.scripts import SCRIPTS
from pytest_azfunc.errors.rules.settings import SETTINGS
from pytest_azfunc.errors.rules.stored import STORED
from pytest_azfunc.errors.rules.stores import STORES
from pytest_azfunc.errors.rules.time import TIME
from pytest_azfunc.errors.rules.unseen import UNSEEN
from pytest_azfunc.errors.rules.use_in_tests import USE_IN_TESTS

__all__ = ["INDEX_FAILS", "PARTS", "RULES", "Rule"]

PARTS: Final = (
    APP,
    SETTINGS,
    FUNCTIONS,
    EXPRESSIONS,
    SCRIPTS,
    INDEXING,
    PAYLOADS,
    HTTP,
    OUTPUTS,
    UNSEEN,
    TIME,
    STORES,
    STORED,
    DURABLE,
    USE_IN_TESTS,
)

RULES: Final[dict[str, Rule]] = {rule: sentences for part in PARTS for rule, sentences in part.items()}
