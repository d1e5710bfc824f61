"""What the home pages and a project's overview read."""
