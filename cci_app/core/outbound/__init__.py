"""Requests to addresses that a person or a web page named: they reach the public internet and nothing else."""
