"""Pages of the real-name register and of attendance."""
