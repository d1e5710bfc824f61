"""Writes to pay sheets and payment orders."""
