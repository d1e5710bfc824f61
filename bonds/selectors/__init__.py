"""What screens, rules and other apps read of bonds."""
