"""The app for clients that are not requests: as a WSGI application, and on a real socket.

It imports werkzeug at once: import it inside functions.
"""

from __future__ import annotations

from pytest_azfunc.http_server.live_server import LiveServer as LiveServer
from pytest_azfunc.http_server.wsgi import wsgi_app as wsgi_app
