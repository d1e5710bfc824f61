"""Writes to the real-name register."""
