"""POST /api/discounts: start the approval of a discount, and say where its state is told."""

import azure.durable_functions as df
import azure.functions as func


async def main(req: func.HttpRequest, starter: str) -> func.HttpResponse:
    client = df.DurableOrchestrationClient(starter)
    instance_id = await client.start_new("DiscountApproval", None, req.get_json())
    answer: func.HttpResponse = client.create_check_status_response(req, instance_id)
    return answer
