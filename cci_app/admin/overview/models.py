"""What is counted once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base, OrganisationOwned


class MessageDay(OrganisationOwned, Base):
    """A day that is over, in its organisation's time zone, as it was counted.

    `people` are hashes of who wrote. `milliseconds` are the response times that there were, `times` how often each. A
    trigger forgets the day where a row of it is written, changed or deleted afterwards.
    """

    __tablename__ = "message_days"
    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "begins_at", "ends_at"),)

    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    messages: Mapped[int]
    late: Mapped[int]
    people: Mapped[list[int]] = mapped_column(postgresql.ARRAY(sa.BigInteger))
    milliseconds: Mapped[list[int]] = mapped_column(postgresql.ARRAY(sa.Integer))
    times: Mapped[list[int]] = mapped_column(postgresql.ARRAY(sa.Integer))
