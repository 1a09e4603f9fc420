"""One episode as a payload: the context's text as the wire format has made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


@dataclass(frozen=True)
class EpisodePayload(Payload):
    """What an orchestrator gets."""

    builder: ClassVar[str] = "orchestration"
    makes: ClassVar[str] = "an orchestrationTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("orchestrationtrigger",))

    text: str

    def deliver(self, occasion: Occasion) -> Delivery:
        """The text, as trigger value and as metadata."""
        metadata = {occasion.trigger.name: TypedData("string", self.text)}
        return text_delivery(self.text, occasion, self.builder, metadata)
