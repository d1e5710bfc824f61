"""Pages of notice boards."""
