"""What is wrong with an address that a binding expression has come to."""

from __future__ import annotations


class AddressError(ValueError):
    """A name or path that the service cannot have: the host fails the call. The text is the host's."""
