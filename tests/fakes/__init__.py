"""Fakes of the providers, one each, for tests, benchmarks and demonstrations: the wire is real, the end is ours."""
