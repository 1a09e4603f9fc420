"""What queues, blobs, tables and the rest hold while a test runs: a protocol, and memory. A module per service."""
