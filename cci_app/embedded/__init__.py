"""Everything in one command for a newcomer: real servers from wheels, and the parts of the product on top.

`python -m cci_app.embedded` is what `make run` calls. The tests use only the two servers:

    with EmbeddedPostgres(folder, durable=False) as postgres, EmbeddedRedis(folder, durable=False) as redis:
        ...
"""

from cci_app.embedded.errors import CannotStart
from cci_app.embedded.postgres import EmbeddedPostgres
from cci_app.embedded.redis import EmbeddedRedis

__all__ = ["CannotStart", "EmbeddedPostgres", "EmbeddedRedis"]
