"""How a running app behaves, which a test may change at any time.

It stands apart from the host, so that what asks it does not know the host: a host that is closed and let go is gone at
once, and not when garbage is collected, which takes more time than many tests.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.app_settings import AppSettings


class Behaviour:
    """How a running app behaves.

    :ivar auth: whether authorization levels are enforced.
    :ivar raise_exceptions: whether a function's exception reaches an HTTP client's code.
    :ivar open_settings: the app settings; None while the host is closed.
    """

    __slots__ = ("auth", "open_settings", "raise_exceptions")

    def __init__(self, auth: bool, raise_exceptions: bool) -> None:
        self.auth = auth
        self.raise_exceptions = raise_exceptions
        self.open_settings: AppSettings | None = None

    def configuration(self) -> Mapping[str, str]:
        """What the host's configuration has: the app settings, and everything else in the environment.

        :raises BindingError: the host is closed.
        """
        self.settings()
        return os.environ

    def settings(self) -> AppSettings:
        """The app settings, to be read and changed.

        :raises BindingError: the host is closed.
        """
        if self.open_settings is None:
            raise BindingError("host-closed")
        return self.open_settings
