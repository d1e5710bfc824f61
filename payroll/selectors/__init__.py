"""What screens, rules and exports read of pay sheets."""
