"""Long work: the one job table, claimed by lease and heartbeat."""
