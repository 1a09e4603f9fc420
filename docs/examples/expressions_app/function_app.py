import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.blob_trigger(arg_name="upload", path="uploads/{name}.{extension}", connection="AzureWebJobsStorage")
@app.blob_output(arg_name="copy", path="%ARCHIVE%/{extension}/{name}.{extension}", connection="AzureWebJobsStorage")
def archive(upload: func.InputStream, copy: func.Out[bytes]) -> None:
    copy.set(upload.read())


@app.queue_trigger(arg_name="order", queue_name="orders", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="parcel", queue_name="parcels-{customer.region}", connection="AzureWebJobsStorage")
@app.blob_output(arg_name="receipt", path="receipts/{id}/{rand-guid}.txt", connection="AzureWebJobsStorage")
def ship(order: func.QueueMessage, parcel: func.Out[str], receipt: func.Out[str]) -> None:
    parcel.set(order.get_body().decode())
    receipt.set("paid")


@app.route(route="articles/{sku}")
@app.cosmos_db_input(
    arg_name="prices",
    database_name="shop",
    container_name="prices",
    id="{sku}",
    partition_key="{Query.country}",
    connection="Cosmos",
)
def article(req: func.HttpRequest, prices: func.DocumentList) -> func.HttpResponse:
    return func.HttpResponse(prices[0]["price"] if prices else "no price")
