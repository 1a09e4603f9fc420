"""Worker extensions of the SDK (``AppExtensionBase``, ``FuncExtensionBase``): hooks around loading and invocations.

Azure's worker for Python 3.12 and older calls them, unless ``PYTHON_ENABLE_WORKER_EXTENSIONS`` is off; the newer one
does not. The SDK keeps one register for the whole process, so those of another app of the session are passed over.

Source: azure-functions-python-worker, extension.py.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_azfunc.project import Function
from pytest_azfunc.project.indexing import sdk_internals

ARE_CALLED = sys.version_info < (3, 13)
SWITCH = "PYTHON_ENABLE_WORKER_EXTENSIONS"

_OFF = ("0", "false", "f", "no", "n")


class WorkerExtensions:
    """The worker extensions that concern one app.

    :param root: the app's folder.
    """

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root) + os.sep

    def loaded(self, function: Function) -> None:
        """Call the hooks for a function that has just been loaded."""
        for hook, _ in self._hooks(function.name, "post_function_load", "post_function_load_app_level"):
            _call(hook, logging.getLogger(hook.ext_name), function.name, function.folder)

    def before(self, context: Any, arguments: Mapping[str, Any]) -> None:
        """Call the hooks ahead of an invocation: the function's own, then the app's."""
        for hook, logger in self._hooks(context.function_name, "pre_invocation", "pre_invocation_app_level"):
            _call(hook, logger, logger, context, arguments)

    def after(self, context: Any, arguments: Mapping[str, Any], result: Any) -> None:
        """Call the hooks after an invocation that has succeeded: the app's, then the function's own."""
        hooks = [*self._hooks(context.function_name, "post_invocation", "post_invocation_app_level")]
        for hook, logger in sorted(hooks, key=lambda found: _is_of_function(found[0])):
            _call(hook, logger, logger, context, arguments, result)

    def _hooks(self, function: str, own: str, of_app: str) -> Iterator[tuple[Any, logging.Logger]]:
        register = sdk_internals.extension_register()
        if register is None or os.environ.get(SWITCH, "").strip().lower() in _OFF:
            return
        for hooks, name in (
            (register.get_function_hooks(function), own),
            (register.get_application_hooks(), of_app),
        ):
            for hook in getattr(hooks, name, ()):
                if self._concerns(hook):
                    yield hook, logging.getLogger(hook.ext_name)

    def _concerns(self, hook: Any) -> bool:
        """Whether it is an extension of the app, or of a package that any app may use."""
        module = sys.modules.get(getattr(_class_of(hook), "__module__", ""))
        file = os.path.realpath(getattr(module, "__file__", None) or "")
        return file.startswith(self._root) or f"{os.sep}site-packages{os.sep}" in file


def are_there() -> bool:
    """Whether any extension is registered, of whatever app: a cheap look, before every invocation."""
    return ARE_CALLED and sdk_internals.has_extensions()


def _class_of(hook: Any) -> Any:
    owner = getattr(hook.ext_impl, "__self__", None)
    return owner if isinstance(owner, type) else type(owner)


def _is_of_function(hook: Any) -> bool:
    return not isinstance(getattr(hook.ext_impl, "__self__", None), type)


def _call(hook: Any, logger: logging.Logger, *arguments: Any) -> None:
    """One extension that fails does not keep the others, or the function, from running."""
    try:
        hook.ext_impl(*arguments)
    except Exception as error:
        logger.error(error, exc_info=True)
