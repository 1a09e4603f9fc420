"""All that the host knows of the binding types: a module per service."""
