"""Reads apps that declare their functions by decorators, which means running their script as Azure's worker does."""
