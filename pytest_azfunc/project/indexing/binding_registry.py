"""What the user's own ``azure-functions`` SDK says of binding types: which it knows, and what each takes."""

from __future__ import annotations

import importlib
from typing import Any


class GenericBinding:
    """The binding of every type that the SDK has no converter for, and of raw ``str`` and ``bytes``.

    Its rules are the worker's own, not the SDK's (azure-functions-runtime, bindings/generic.py).
    """

    @classmethod
    def has_trigger_support(cls) -> bool:
        """Whether it is given the trigger's metadata: it has no use for them."""
        return False

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        """Whether an input may be annotated so."""
        return issubclass(pytype, (str, bytes))

    @classmethod
    def check_output_type_annotation(cls, pytype: type) -> bool:
        """Whether an output may be annotated so."""
        return issubclass(pytype, (str, bytes, bytearray))


class BindingRegistry:
    """The SDK's converters by binding type. Imports the SDK when it is made.

    :cvar generic: stands for every type that the SDK does not know.
    :ivar web_package: the package with which the app streams HTTP; None for most apps.
    """

    generic: type[GenericBinding] = GenericBinding
    web_package: str | None = None

    def __init__(self) -> None:
        self._registry: Any = importlib.import_module("azure.functions").get_binding_registry()

    def converter(self, binding_type: str) -> Any:
        """The SDK's converter for the type, or the generic one. Case matters here, unlike in the host."""
        return self._registry.get(binding_type) or self.generic

    def takes_trigger_metadata(self, binding_type: str) -> bool:
        """Whether the converter is given the trigger's metadata: for triggers, and for plain ``blob`` too."""
        return bool(self.converter(binding_type).has_trigger_support())

    def has_implicit_output(self, binding_type: str) -> bool:
        """Whether the return value goes to this binding although no ``$return`` exists."""
        converter = self.converter(binding_type)
        if converter is self.generic:
            return binding_type != "durableClient"
        return bool(getattr(converter, "has_implicit_output", lambda: False)())

    def accepts_input(self, binding_type: str, annotation: Any) -> bool:
        """Whether an input of this type may be annotated so."""
        return bool(self.converter(binding_type).check_input_type_annotation(annotation))

    def accepts_output(self, binding_type: str, annotation: Any) -> bool:
        """Whether an output of this type may be annotated so."""
        return bool(self.converter(binding_type).check_output_type_annotation(annotation))
