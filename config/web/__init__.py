"""How connections are held: slow ones in one thread for all of them, and threads for requests that are there."""

from typing import Final

# In a request's WSGI environment: when all of it was there, in seconds of the monotonic clock.
ARRIVED_AT: Final = "cci.arrived_at"
