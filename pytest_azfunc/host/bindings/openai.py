"""The OpenAI extension: skills that an assistant calls, and what assistants and models answer.

Source: the extension's AssistantSkillTriggerBindingProvider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.inputs import as_text
from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.host.bindings.message_content import check_asks_for_text, text_delivery
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


@dataclass(frozen=True)
class AssistantSkillPayload(Payload):
    """A call of a skill by an assistant; see :func:`assistant_skill`."""

    builder: ClassVar[str] = "assistant_skill"
    makes: ClassVar[str] = "an assistantSkillTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("assistantskilltrigger",))

    argument: str | None

    def deliver(self, occasion: Occasion) -> Delivery:
        if self.argument is None:
            check_asks_for_text(occasion, self.builder)
            return Delivery(TypedData(None, None))
        return text_delivery(self.argument, occasion, self.builder)


@payload_builder
def assistant_skill(argument: Any = "") -> AssistantSkillPayload:
    """A call of a skill by an OpenAI assistant, for a function with an ``assistantSkillTrigger``.

    :param argument: the value of the skill's one parameter, as the model gives it. ``str`` is text, a number or a
        bool arrives as .NET prints it (``5``, ``True``), everything else as JSON text; None when the model gives
        nothing: the function gets None.
    :raises BindingError: a value without a JSON form.

    The extension reads dates in the model's answer, so ``"2024-01-02T03:04:05Z"`` arrives as
    ``"01/02/2024 03:04:05"``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-openai-assistant-trigger)
    """
    if argument is None:
        return AssistantSkillPayload(None)
    value = plain(argument, "assistant_skill")
    return AssistantSkillPayload(compact(value) if isinstance(value, (dict, list)) else scalar_text(value))


_MODEL = ("model", "chatModel", "temperature", "topP", "maxTokens")
_EMBEDDINGS = ("embeddingsModel", "input")

TYPES = (
    BindingType("assistantSkillTrigger", builder="assistant_skill", payload=by_builder(assistant_skill), returns=True),
    BindingType("textCompletion", input=as_text, expressions=(*_MODEL, "prompt", "systemPrompt")),
    BindingType("assistantCreate"),
    BindingType("assistantQuery", input=as_text, expressions=("id", "timestampUtc")),
    BindingType("assistantPost", input=as_text, expressions=(*_MODEL, "id", "userMessage")),
    BindingType("embeddings", input=as_text, expressions=_EMBEDDINGS),
    BindingType("embeddingsStore", expressions=(*_EMBEDDINGS, "collection")),
    BindingType("semanticSearch", input=as_text, expressions=(*_MODEL, *_EMBEDDINGS, "collection", "query")),
)
