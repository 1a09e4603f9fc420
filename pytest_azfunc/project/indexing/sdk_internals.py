"""Private names of the ``azure-functions`` SDK. They are known here alone."""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import Any

# The attribute of an app object that is False while a level of authorization, though given, is used by no function.
AUTH_LEVEL_IS_USED = "_require_auth_level"

# What an AsgiMiddleware knows of its app's lifespan.
LIFESPAN = ("lifespan_receive_queue", "lifespan_startup_event", "lifespan_shutdown_event", "_startup_succeeded")

# Of a binding that a decorator has made. (They are properties, too, which take longer: there are thousands of them.)
direction_name = attrgetter("_direction._name_")
data_type = attrgetter("_data_type")


def user_function(function: Any, default: Any) -> Any:
    """What was decorated, of an SDK function; the default for anything else."""
    return getattr(function, "_func", default)


def built_function(builder: Any, *default: Any) -> Any:
    """The SDK function that a FunctionBuilder builds; the default for anything else."""
    return getattr(builder, "_function", *default)


def builders(app: Any) -> list[Any]:
    """The FunctionBuilders of an app or blueprint, in their order; none for anything else."""
    return list(getattr(app, "_function_builders", ()))


def asgi_app(middleware: Any) -> Any:
    """The app that an AsgiMiddleware was made with."""
    return middleware._app


def extension_register() -> Any:
    """The SDK's register of worker extensions; None where nobody has imported it."""
    return getattr(sys.modules.get("azure.functions.extension.extension_meta"), "ExtensionMeta", None)


def has_extensions() -> bool:
    """Whether any worker extension is registered."""
    register = extension_register()
    return register is not None and bool(register._app_exts or register._func_exts)
