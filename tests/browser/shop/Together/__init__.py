import asyncio

import azure.functions as func

ALL = 4  # a browser opens six connections to a host
here: set[str] = set()


async def main(req: func.HttpRequest) -> str:
    here.add(req.route_params["number"])
    while len(here) < ALL:
        await asyncio.sleep(0.001)
    return f"met {req.route_params['number']}"
