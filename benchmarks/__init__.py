"""What the product stands, printed by commands: `make fuzz` and its companions."""
