"""The table of channel accounts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cci_app.core.outside.models import OUTSIDE_ID_LENGTH, STATES, AccountRow


class ChannelAccount(AccountRow):
    """An account at which people write to an organisation: a number, a page, a bot.

    `outside_id` is what the channel calls it: it leads to one account of one organisation. `assistant` answers there,
    the installation's default one where it is null.
    """

    __tablename__ = "channel_accounts"
    __table_args__ = (
        sa.CheckConstraint(STATES, name="state"),
        sa.UniqueConstraint("organisation_id", "kind", "name"),
        sa.UniqueConstraint("kind", "outside_id"),
    )

    outside_id: Mapped[str | None] = mapped_column(sa.String(OUTSIDE_ID_LENGTH))
    assistant: Mapped[str | None] = mapped_column(sa.String(64))
