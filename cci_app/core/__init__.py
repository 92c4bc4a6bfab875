"""The ground floor: what every room may use."""
