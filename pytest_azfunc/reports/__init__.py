"""What a run tells: the list of functions, the invocations of a failed test."""
