"""One payment."""

import azure.functions as func


def main(msg: func.ServiceBusMessage, seen: func.Out[str]) -> None:
    seen.set(f"{msg.subject}: {msg.get_body().decode()} for {msg.application_properties.get('customer')}")
