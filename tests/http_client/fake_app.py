"""An app without functions: it answers what a test gives it, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult

TEXT = ("Content-Type", "text/plain; charset=utf-8")
KEY = ("x-functions-key", "valid")

Answering = Callable[[PreparedRequest], HttpResult]


def text(body: str, *headers: tuple[str, str], status: int = 200) -> HttpResult:
    """A plain text."""
    return HttpResult(status, (TEXT, *headers), body.encode())


class FakeApp:
    """Answers by path; ``hello`` everywhere else.

    :ivar requests: what it was asked, with whether a key was to be added.
    """

    def __init__(self, answers: dict[str, HttpResult | Answering] | None = None) -> None:
        self.answers = answers or {}
        self.requests: list[tuple[PreparedRequest, bool]] = []

    def serve(self, request: PreparedRequest, add_key: bool) -> Answer:
        """Answer as the host does."""
        self.requests.append((request, add_key))
        if add_key and not any(name.lower() == KEY[0] for name, _ in request.headers):
            request = request._replace(headers=(*request.headers, KEY))
        path = "/" + request.url.split("/", 3)[3].partition("?")[0]
        answer = self.answers.get(path, text("hello"))
        return Answer(request, answer(request) if callable(answer) else answer)

    @property
    def last(self) -> PreparedRequest:
        """The latest request."""
        return self.requests[-1][0]

    def header(self, name: str) -> str | None:
        """A header of the latest request."""
        return dict(self.last.headers).get(name)
