"""A desk that shows its services as a menu: facts, certificates, a human."""
