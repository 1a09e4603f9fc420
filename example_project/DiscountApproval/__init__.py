"""A discount waits three days for somebody to approve it."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df


def flow(context: df.DurableOrchestrationContext) -> Generator[Any, Any, str]:
    discount = context.get_input()
    deadline = context.create_timer(context.current_utc_datetime + timedelta(hours=72))
    approved = context.wait_for_external_event("Approved")
    winner = yield context.task_any([approved, deadline])
    if winner == deadline:
        answer = "refused: nobody has approved it"
    else:
        deadline.cancel()
        answer = f"approved by {approved.result}"
    yield context.call_activity("TellCustomer", {**discount, "answer": answer})
    return answer


main = df.Orchestrator.create(flow)
