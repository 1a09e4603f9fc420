"""What several functions use."""
