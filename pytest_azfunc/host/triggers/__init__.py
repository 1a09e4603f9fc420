"""Trigger values as the host makes them: one module per trigger, a payload each."""
