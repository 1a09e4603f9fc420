"""What one invocation reads from stores and puts into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from pytest_azfunc.host.stores.store import Origin
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_expressions import ResolvedBinding
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.stores.stores import Stores

__tracebackhide__ = True


class Use:
    """What one invocation has to do with the stores, in all of its attempts.

    :param stores: those of the host.
    :param given: the inputs for which a value was given.
    :ivar origin: of what it stores; it is told of the invocation when that is over.
    """

    __slots__ = ("_given", "_stores", "origin")

    def __init__(self, stores: Stores, given: Collection[str]) -> None:
        self._stores = stores
        self._given = given
        self.origin = Origin()

    def filled(
        self, bound: BoundFunction, request: InvocationRequest, resolved: Mapping[str, ResolvedBinding]
    ) -> InvocationRequest:
        """The request, with what is stored for the inputs for which nothing was given."""
        return self._stores.fill(bound, request, self._given, resolved)

    def taken(
        self, bound: BoundFunction, response: InvocationResponse, resolved: Mapping[str, ResolvedBinding], strict: bool
    ) -> InvocationResponse:
        """The response, when its outputs were stored: a service that refuses one fails the call.

        :param strict: whether an output that Azure would mangle is an error: then that is what a test is told.
        """
        if response.exception is not None:
            return response
        error = self._stores.take(bound, response, resolved, self.origin)
        if error is None or (strict and bound.loss(response) is not None):
            return response
        return response._replace(exception=error)
