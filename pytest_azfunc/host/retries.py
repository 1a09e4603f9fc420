"""Which retry policy a function has on a host, and what its attempts are told of it. Pure.

Sources: azure-functions-host, FunctionDescriptorProvider.cs (whose policy counts) and
ScriptInvocationContextExtensions.cs (SetRetryContext).
"""

from __future__ import annotations

from pytest_azfunc.project import Function, RetryPolicy
from pytest_azfunc.project.host_json import HostConfig
from pytest_azfunc.rpc import RetryContext

FOR_EVER = -1
"""A ``maxRetryCount`` without end."""

_NO_RETRY = RetryContext()


def policy_of(function: Function, config: HostConfig) -> RetryPolicy | None:
    """The policy of a function: its own, or else the whole of host.json's; None where there is neither."""
    return function.retry or config.retry


def first_attempt(policy: RetryPolicy | None) -> RetryContext:
    """What the first attempt is told: that it is number 0 of so many, or of none without a policy."""
    return _NO_RETRY if policy is None else RetryContext(0, policy.max_retry_count)
