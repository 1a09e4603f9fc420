"""A blog with Flask."""
