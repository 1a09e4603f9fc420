"""Nothing in the settings of a test leads to something live in Azure: where a value does, it is made dead."""

from __future__ import annotations

import re

# Where a value points at something live in Azure: the domains of its services, in all its clouds.
_DOMAINS = (
    r"windows\.net|azure\.com|azure\.net|azurewebsites\.net|azure-devices\.net|azure-api\.net|azurefd\.net"
    r"|azureedge\.net|azurestaticapps\.net|azuredatabricks\.net|azurecr\.io|azconfig\.io|signalr\.net|azure\.us"
    r"|applicationinsights\.io|usgovcloudapi\.net|azure\.cn|chinacloudapi\.cn|chinacloudsites\.cn|cloudapi\.de"
)
LIVE_HOST = re.compile(rf"(?<![\w.-])(?:[\w-]+\.)+(?:{_DOMAINS})(?![\w-]|\.[\w-])", re.IGNORECASE)
# Parts of connection strings and addresses.
_SECRET_NAMES = (
    r"(?:account|access|api|primary|secondary|subscription-|shared)key|signature|password|pwd|secret|token|sig|code"
)
_SECRET = re.compile(rf"((?:{_SECRET_NAMES})\s*=\s*)[^;&]*", re.IGNORECASE)
_USER_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*(?=@)")
ACCOUNT = re.compile(r"(?:^|;)\s*AccountName\s*=\s*([^;]*)", re.IGNORECASE)
EMULATOR = re.compile(r"(?:^|;)\s*UseDevelopment(?:Storage|Emulator)\s*=\s*true\s*(?:;|$)", re.IGNORECASE)
EMULATOR_ACCOUNT = "devstoreaccount1"
_SUFFIX = re.compile(r"((?:^|;)\s*EndpointSuffix\s*=\s*)[^;]*", re.IGNORECASE)
_ENDPOINT = re.compile(r"(?:^|;)\s*\w*Endpoint\s*=", re.IGNORECASE)
_INSTRUMENTATION = re.compile(r"(InstrumentationKey\s*=\s*)[^;]+", re.IGNORECASE)
_DEAD_KEY = "ZGVhZA=="  # "dead" in base64: clients decode the key before they connect
DEAD_HOST = "dead.azfunc.invalid"  # RFC 2606: .invalid resolves nowhere
_DEAD_GUID = "00000000-0000-0000-0000-000000000000"


def without_live_resources(value: str) -> str:
    """*value* with anything live in Azure replaced by something dead of the same shape.

    A connection string still parses, so that clients can be built; whoever uses them reaches nothing. The storage
    emulator and what is not in Azure stay as they are.
    """
    if "." not in value and "=" not in value:
        return value
    dead = LIVE_HOST.sub(DEAD_HOST, value)
    accounts = {name.strip().lower() for name in ACCOUNT.findall(value)}
    if dead == value and (accounts == {EMULATOR_ACCOUNT} or (EMULATOR.search(value) and not accounts)):
        return value
    if accounts:
        dead = _with_dead_suffix(dead)
    dead = _INSTRUMENTATION.sub(rf"\g<1>{_DEAD_GUID}", dead)
    if accounts or DEAD_HOST in dead or _ENDPOINT.search(dead):
        dead = _USER_PASSWORD.sub(rf"\g<1>{_DEAD_KEY}", dead)
        dead = _SECRET.sub(rf"\g<1>{_DEAD_KEY}", dead)
    return dead


def _with_dead_suffix(connection: str) -> str:
    """A storage connection string with an EndpointSuffix: without one the clients would fill in the live one."""
    if _SUFFIX.search(connection):
        return _SUFFIX.sub(rf"\g<1>{DEAD_HOST}", connection)
    return f"{connection.rstrip('; ')};EndpointSuffix={DEAD_HOST}"
