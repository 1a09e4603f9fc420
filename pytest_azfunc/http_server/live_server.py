"""The app on a real socket, for browsers, curl and clients in other languages: werkzeug's server, on loopback only."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from email.errors import FirstHeaderLineIsContinuationDefect, MissingHeaderBodySeparatorDefect
from types import TracebackType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from pytest_azfunc.host.web.http_response import HttpResult, Serve
from pytest_azfunc.http_server.wsgi import (
    RAW_HEADERS,
    Environ,
    StartResponse,
    response_headers,
    status_line,
    wsgi_app,
)

GRACE = 5.0  # seconds

_POLL = 0.02  # seconds between two looks at whether to stop
_SLOWEST = 30.0  # seconds that a client may be silent within a request, as with Kestrel's headers
_AFTERWARDS = 1.0  # seconds to wait for what a client still sends when it has its answer
_LAST_JOIN = 0.5  # seconds for a thread to end when its connection is gone

# The parser of headers is one of mail, and has other complaints: of a multipart message that it does not see the body.
_BROKEN_HEADERS = (MissingHeaderBodySeparatorDefect, FirstHeaderLineIsContinuationDefect)


class LiveServer:
    """Serves an app on ``127.0.0.1``, each request in a thread of its own. Use it in a ``with`` block.

    :param serve: answers requests; what it raises becomes a 500 without a body.
    :param grace: seconds that functions have to end when the server stops; those that run on are left behind.
    """

    def __init__(self, serve: Serve, *, grace: float = GRACE) -> None:
        self._serve = serve
        self._grace = grace
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()  # an interrupt may leave it held, and who was interrupted stops the server
        self.left_running: tuple[str, ...] = ()
        """Request lines whose functions had not ended when the server had to stop."""

    @property
    def url(self) -> str:
        """Where the server is, such as ``http://127.0.0.1:54321``.

        :raises RuntimeError: it is not running.
        """
        server = self._server
        if server is None:
            raise RuntimeError("The live server is not running, so it has no URL yet. Call start() first.")
        return f"http://127.0.0.1:{server.port}"

    def start(self) -> LiveServer:
        """Start to listen, on a port that is free. Does nothing while the server runs.

        :returns: the server itself.
        """
        with self._lock:
            if self._server is None:
                server = _Server(self._serve)
                self._thread = threading.Thread(target=server.serve, name="azfunc-live-server", daemon=True)
                self._server = server  # from now on there is something to stop
                try:
                    self._thread.start()
                except BaseException:
                    self._end(server, self._thread)
                    raise
        return self

    def stop(self) -> None:
        """Stop to listen, end all connections, and wait for the functions that run, but not for ever.

        Does nothing when the server is not running.
        """
        with self._lock:
            if self._server is not None and self._thread is not None:
                self._end(self._server, self._thread)

    def _end(self, server: _Server, thread: threading.Thread) -> None:
        server.end()
        if thread.ident is not None:
            thread.join()
        self.left_running = server.end_connections(self._grace)
        self._server = self._thread = None

    def __enter__(self) -> LiveServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<LiveServer {self.url if self._server is not None else '(stopped)'}>"


class _Server(ThreadedWSGIServer):
    """werkzeug's server, which here knows its connections and says nothing."""

    def __init__(self, serve: Serve) -> None:
        self._connections: dict[threading.Thread, tuple[socket.socket, list[str]]] = {}
        self._guard = threading.Lock()
        self._serves = self._is_over = False
        super().__init__("127.0.0.1", 0, _unbreakable(serve), _Handler)

    def serve(self) -> None:
        """Take connections until :meth:`end`; what the server's thread does."""
        with self._guard:
            if self._is_over:
                return
            self._serves = True
        self.serve_forever(_POLL)

    def end(self) -> None:
        """Take no more connections, even if the thread has not begun yet, or never will."""
        with self._guard:
            self._is_over = True
        if self._serves:
            self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="azfunc-request", daemon=True
        )
        with self._guard:
            self._connections[thread] = (request, [])
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """What the thread does."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._connections.pop(threading.current_thread(), None)

    def note(self, request_line: str) -> None:
        """Remember what this thread answers."""
        with self._guard:
            self._connections[threading.current_thread()][1].append(request_line)

    def end_connections(self, grace: float) -> tuple[str, ...]:
        """Wake threads that wait for their client, give the others *grace* seconds, and cut off what is left.

        :returns: the request lines that are still being answered.
        """
        self._shut_down(socket.SHUT_RD)
        self._join(grace)
        self._shut_down(socket.SHUT_RDWR)
        self._join(_LAST_JOIN)
        with self._guard:
            return tuple(line for _, lines in self._connections.values() for line in lines)

    def _shut_down(self, how: int) -> None:
        with self._guard:
            for connection, _ in self._connections.values():
                try:
                    connection.shutdown(how)
                except OSError:
                    pass  # it is closed already

    def _join(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with self._guard:
            threads = list(self._connections)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: a line for each request would be in every test's output, and set up werkzeug's logger."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away."""


def _unbreakable(serve: Serve) -> Any:
    """The app, for which an exception is a 500, and which waits no longer for a client than it must."""
    application = wsgi_app(serve)

    def answer(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        pieces: Iterable[bytes]
        try:
            pieces = application(environ, start_response)
        except BaseException:
            failed, method = HttpResult(500), environ["REQUEST_METHOD"]
            start_response(status_line(500), response_headers(failed, method))
            pieces = []
        yield from pieces
        # werkzeug reads what the client still sends, up to its end, which a client that waits for ours never comes to.
        environ["werkzeug.socket"].settimeout(_AFTERWARDS)

    return answer


class _Handler(WSGIRequestHandler):
    """One connection: one request, and its answer with the headers that Kestrel adds."""

    protocol_version = "HTTP/1.1"
    timeout = _SLOWEST
    server: _Server

    def parse_request(self) -> bool:
        """Read the request. What Kestrel answers to one without a version is no page of HTTP/0.9, but a 400."""
        words = self.raw_requestline.split()
        if len(words) in (1, 2) or (words[-1:] and words[-1].startswith(b"HTTP/0.")):
            self.requestline, self.command = "", ""
            self.send_error(400)
            return False
        return super().parse_request()

    def run_wsgi(self) -> None:
        """Answer the request, unless nothing can be made of it."""
        if self._is_malformed():
            self.send_error(400)
            return
        self.server.note(f"{self.command} {self.path}")
        super().run_wsgi()

    def _is_malformed(self) -> bool:
        """Whether nothing can be made of it, or werkzeug would make something else of it than Kestrel's 400."""
        if any(isinstance(defect, _BROKEN_HEADERS) for defect in self.headers.defects):
            return True
        if not self.requestline.isascii() or len(self.headers.get_all("Content-Length", ())) > 1:
            return True
        try:
            self.make_environ()
        except ValueError:  # a target that is no URL
            return True
        return False

    def make_environ(self) -> Environ:
        """The request for the app, with target and headers as they came."""
        environ: Environ = super().make_environ()
        environ["REQUEST_URI"] = environ["RAW_URI"] = self.requestline.split()[1]
        environ[RAW_HEADERS] = [(str(name), str(value)) for name, value in self.headers.items()]
        if environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = io.BufferedReader(ChunkedBody(self.rfile), 1 << 16)
        return environ

    def handle_expect_100(self) -> bool:
        """werkzeug sends the interim answer itself."""
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse the request as Kestrel does: no page, only the status."""
        self.close_connection = True
        self.request_version = "HTTP/1.1"  # of a line that is no request it is not known
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status line."""
        self._sent: set[str] = set()
        self.send_response_only(code, message)

    def send_header(self, keyword: str, value: str) -> None:
        """One header."""
        self._sent.add(keyword.lower())
        super().send_header(keyword, value)

    def end_headers(self) -> None:
        """The end of the headers; the app's own Date and Server win."""
        if "date" not in self._sent:
            super().send_header("Date", self.date_time_string())
        if "server" not in self._sent:
            super().send_header("Server", "Kestrel")
        super().end_headers()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class ChunkedBody(io.RawIOBase):
    """The body of a request with ``Transfer-Encoding: chunked``, without its frame.

    werkzeug has one too, which goes on for as long as the chunk's size says when the client is gone.
    """

    def __init__(self, source: Any) -> None:
        self._source = source
        self._left = 0
        self._ended = False

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes.

        :raises OSError: the frame is broken.
        """
        if self._left == 0 and not self._ended:
            self._left = self._chunk_size()
            if self._left == 0:
                self._ended = True
                self._skip_trailers()
        if self._ended:
            return 0
        piece: bytes = self._source.read(min(len(buffer), self._left))
        if not piece:
            raise OSError("the body ended within a chunk")
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        if self._left == 0 and self._source.readline(3).strip(b"\r\n"):
            raise OSError("a chunk is longer than its size says")
        return len(piece)

    def _chunk_size(self) -> int:
        line: bytes = self._source.readline(4096)
        digits = line.partition(b";")[0].strip()
        if not line.endswith(b"\n") or not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits) > 15:
            raise OSError("a chunk has no size")
        return int(digits, 16)

    def _skip_trailers(self) -> None:
        for _ in range(100):
            line = self._source.readline(65536)
            if line in (b"\r\n", b"\n", b""):
                return
        raise OSError("too many trailers")
