"""The engine of Durable Functions: what the durable extension of Azure's host does, for the user's own library.

The library (``azure-functions-durable`` 1.x) runs unchanged. An orchestrator is called once per episode with its whole
history and answers with every action that it has asked for so far; the engine works out what is new in it, has it done
and tells the orchestrator in the next episode. The engine knows nothing of JSON, the wire format
(:mod:`~pytest_azfunc.durable.json_protocol`) nothing of scheduling.

Sources: azure-functions-durable-extension, OutOfProcOrchestrationShim.cs and TaskEntityShim.cs; durabletask,
TaskOrchestrationContext.cs and TaskOrchestrationExecutor.cs; azure-functions-durable-python.
"""
