"""Every way in which code ends, and every place in which it does: the scripts of functions that do it."""

from __future__ import annotations

# How code can come to an end. Each is the body of a function, or of a module; ``await`` is taken out of sync code.
EXITS = {
    "returns": "pass",
    "raises": "raise ValueError('wrong')",
    "exits": "sys.exit(3)",
    "is interrupted": "os.kill(os.getpid(), signal.SIGINT); await asyncio.sleep(0.02)",
    "raises KeyboardInterrupt": "raise KeyboardInterrupt",
    "calls pytest.exit": "pytest.exit('enough')",
    "calls pytest.skip": "pytest.skip('not today')",
    "calls pytest.fail": "pytest.fail('no')",
    "raises a BaseException": "raise Own('wrong')",
    "raises GeneratorExit": "raise GeneratorExit",
    "raises CancelledError": "raise asyncio.CancelledError",
    "raises StopIteration": "raise StopIteration",
    "is refused a request": "socket.getaddrinfo('dead.azfunc.invalid', 443)",
    "times out": "signal.setitimer(signal.ITIMER_REAL, 0.05); await asyncio.sleep(1.2)",
}
_HEAD = """
import asyncio, os, signal, socket, sys, threading, time
import pytest
class Own(BaseException): pass
"""
# Where: the file of a function that does it, in the place of {exit}.
SYNC = _HEAD + "def main(msg):\n    {exit}\n"
ASYNC = _HEAD + "async def main(msg):\n    {exit}\n"
HTTP_SYNC = _HEAD + "def main(req):\n    {exit}\n    return 'done'\n"
HTTP_ASYNC = _HEAD + "async def main(req):\n    {exit}\n    return 'done'\n"
IMPORTED = _HEAD + "{exit}\ndef main(msg): pass\n"
TASK = _HEAD + "async def go():\n    {exit}\nasync def main(msg):\n    main.task = asyncio.create_task(go())\n"
CANCELLED = (
    _HEAD
    + "async def go():\n    try:\n        await asyncio.sleep(60)\n    finally:\n        {exit}\n"
    + "async def main(msg):\n    main.task = asyncio.create_task(go())\n    await asyncio.sleep(0)\n"
)
THREAD = (
    _HEAD
    + "def go():\n    {exit}\n"
    + "def main(msg):\n    thread = threading.Thread(target=go)\n    thread.start()\n    thread.join()\n"
)
EXECUTOR = _HEAD + "def go():\n    {exit}\nasync def main(msg):\n    await asyncio.to_thread(go)\n"
INDEXED = _HEAD + "import azure.functions as func\n{exit}\napp = func.FunctionApp()\n"
PLACES = {
    "import": (IMPORTED, False),
    "sync": (SYNC, False),
    "async": (ASYNC, True),
    "task": (TASK, True),
    "cancelled task": (CANCELLED, True),
    "thread": (THREAD, False),
    "executor": (EXECUTOR, False),
    "live sync": (HTTP_SYNC, False),
    "live async": (HTTP_ASYNC, True),
    "ainvoke": (ASYNC, True),
    "decorators": (INDEXED, False),
    "list": (IMPORTED, False),
}


def script(place: str, exit: str) -> str:
    template, is_async = PLACES[place]
    body = EXITS[exit] if is_async else EXITS[exit].replace("await asyncio.sleep", "time.sleep")
    return template.replace("{exit}", body)


def function_name(place: str, exit: str) -> str:
    words = f"{place} {exit}".replace(".", " ").split()
    return "".join(word.capitalize() for word in words)
