"""Measuring: requests to send, servers to start, load to drive, tables and charts to write."""
