"""What is borrowed of the Python process and given back: modules, environment, event loops, logging."""
