"""What importing an app's scripts did to the process beside defining things, to be there for every host."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from pytest_azfunc.process.environment import Environment, set_variable
from pytest_azfunc.process.loggers import Loggers, State, apply_factories, apply_state
from pytest_azfunc.process.root_logger import RootLogger


@dataclass
class ImportEffects:
    """The effects of all imports so far. The script itself is not run a second time."""

    environment: dict[str, str | None] = field(default_factory=dict)
    loggers: dict[str, State] = field(default_factory=dict)
    log_factories: tuple[Any, Any] | None = None
    root_level: int | None = None
    root_handlers: list[logging.Handler] = field(default_factory=list)

    def record(self, environment: Environment, loggers: Loggers, root_logger: RootLogger) -> None:
        """Add what is other now than in the two copies, which were made before an import."""
        self.environment.update(environment.differences())
        self.loggers.update(loggers.differences())
        self.log_factories = loggers.changed_factories() or self.log_factories
        self.root_level, self.root_handlers = root_logger.app_level, list(root_logger.app_handlers)

    def apply(self, root_logger: RootLogger) -> None:
        """Do it again, for another host."""
        root_logger.app_level, root_logger.app_handlers = self.root_level, list(self.root_handlers)
        for name, value in self.environment.items():
            set_variable(name, value)
        if self.log_factories is not None:
            apply_factories(self.log_factories)
        for name, state in self.loggers.items():
            apply_state(name, state)
