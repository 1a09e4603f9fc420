"""Which function answers a request: route templates, their constraints, and the table of an app's routes."""
