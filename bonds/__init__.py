"""Wage bonds and guarantees 规程二(三): what must be stored, what is, and how it is used."""
