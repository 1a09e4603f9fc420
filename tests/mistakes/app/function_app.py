import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="hello")
def hello(req: func.HttpRequest) -> str:
    return f"hello {req.params.get('name', 'world')}"


@app.route(route="orders/{id}", methods=["GET", "PUT"])
def order(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.route_params["id"])


@app.queue_trigger(arg_name="msg", queue_name="orders", connection="Storage")
@app.queue_output(arg_name="receipt", queue_name="receipts", connection="Storage")
def take_order(msg: func.QueueMessage, receipt: func.Out[str]) -> None:
    receipt.set(msg.get_body().decode())


@app.timer_trigger(arg_name="timer", schedule="0 30 2 * * *")
def nightly(timer: func.TimerRequest) -> None:
    pass
