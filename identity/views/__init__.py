"""Pages of sign-in, organisations, users and divisions."""
