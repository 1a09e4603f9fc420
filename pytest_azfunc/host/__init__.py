"""The host: makes trigger values, fills inputs, asks the worker, takes the outputs - as the Functions host does."""
