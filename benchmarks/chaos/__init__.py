"""Faults made on purpose, and what they cost: `make chaos`.

Everything is counted from the client's side and at the fake providers, never by the product's own figures. Each zero
stands beside a control, the same counted with the protection off, which must not be zero.
"""
