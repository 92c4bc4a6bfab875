"""`make attack`: people, callers and organisations that take more than their part, and what the others notice.

The assistant is the real one, without a model. Of others who write meanwhile all must be answered, 95 of 100 within a
second; no process may hold more than 250 MB, and nothing that was taken in may be lost. Each zero has its control: the
same attack on the product with that protection taken off, here, in a process of the benchmark.
"""
