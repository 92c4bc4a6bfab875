"""The table of requests."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.database import Base


class ApiMetric(Base):
    """One request to any endpoint. `organisation_id` is None for a request that proved no identity."""

    __tablename__ = "api_metrics"
    __table_args__ = (sa.Index(None, "organisation_id", "timestamp"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(
        sa.BigInteger, sa.ForeignKey("organisations.id", ondelete="CASCADE")
    )
    endpoint: Mapped[str] = mapped_column(sa.String(100))
    method: Mapped[str] = mapped_column(sa.String(16))
    response_time_ms: Mapped[int]
    status_code: Mapped[int]
    timestamp: Mapped[datetime] = mapped_column(server_default=sa.func.now())
