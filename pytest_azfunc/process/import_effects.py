"""What importing an app's scripts did to the process beside defining things, to be there for every host."""

from __future__ import annotations

import logging
from typing import Any

from pytest_azfunc.process.environment import Environment, set_variable
from pytest_azfunc.process.loggers import Loggers, State, apply_state
from pytest_azfunc.process.surroundings import Surroundings


class ImportEffects:
    """The effects of all imports so far. The script itself is not run a second time."""

    def __init__(self) -> None:
        self.environment: dict[str, str | None] = {}
        self.loggers: dict[str, State] = {}
        self.log_factories: dict[int, Any] = {}
        self.root_level: int | None = None
        self.root_handlers: list[logging.Handler] = []
        self.root_filters: list[Any] = []

    def record(self, environment: Environment, loggers: Loggers, surroundings: Surroundings) -> None:
        """Add what is other now than in the two copies, which were made before an import."""
        self.environment.update(environment.differences())
        self.loggers.update(loggers.differences())
        self.log_factories.update(surroundings.switches.factories)
        root_logger = surroundings.root_logger
        self.root_level, self.root_handlers = root_logger.app_level, list(root_logger.app_handlers)
        self.root_filters = list(root_logger.app_filters)

    def apply(self, surroundings: Surroundings) -> None:
        """Do it again, for another host."""
        root_logger = surroundings.root_logger
        root_logger.app_level, root_logger.app_handlers = self.root_level, list(self.root_handlers)
        root_logger.app_filters = list(self.root_filters)
        for name, value in self.environment.items():
            set_variable(name, value)
        surroundings.switches.apply(self.log_factories)
        for name, state in self.loggers.items():
            apply_state(name, state)
