"""Rules as content: an organisation writes its own, tries them, and lets them count; until then the product's count.

What the rules say is the business of whoever has them (`monitor`, `handbook`); how a text of rules is read, kept and
chosen is the same for all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Mapped, Session, mapped_column

from cci_app.core import clock
from cci_app.core.audit import acting, record
from cci_app.core.database import OrganisationOwned, tenant_transaction
from cci_app.core.errors import InvalidInput, NotFound
from cci_app.core.yaml_text import NotYaml, read_yaml

_MOST_TOLD = 20


class RuleText(OrganisationOwned):
    """Columns of a text of rules that an organisation wrote itself: a draft, or what counts since `active_from`."""

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    content: Mapped[str]
    written_by: Mapped[str] = mapped_column(sa.String(254))
    written_at: Mapped[datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    active_from: Mapped[datetime | None]


KeptT = TypeVar("KeptT", bound=RuleText)
RulesT = TypeVar("RulesT", bound=BaseModel)


def read_content(text: str, rules: type[RulesT], longest: int) -> RulesT:
    """Rules out of YAML. Raises InvalidInput that names each place."""
    if len(text) > longest:
        raise InvalidInput(f"rules have at most {longest} characters")
    try:
        return rules.model_validate(read_yaml(text))
    except NotYaml as error:
        raise InvalidInput(str(error), details={"rules": [str(error)]}) from None
    except (ValidationError, RecursionError) as error:
        faults = error.errors() if isinstance(error, ValidationError) else []
        places = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults[:_MOST_TOLD]]
        places = places or ["nested too deeply"]
        raise InvalidInput(f"the rules cannot be read: {places[0]}", details={"rules": places}) from None


class Ruling(Generic[KeptT, RulesT]):
    """Which rules count for an organisation: its own, once they were tried and made to count, else the product's."""

    def __init__(
        self,
        kept: type[KeptT],
        subject: str,
        file: Path,
        read: Callable[[str], RulesT],
        default: Callable[[], RulesT],
    ) -> None:
        """`subject` is what the audit log calls a text, `file` has the product's, which `default` gives read.

        `read` raises InvalidInput.
        """
        self._kept = kept
        self._subject = subject
        self._file = file
        self.read = read
        self._default = default

    def counting(self, session: Session, organisation_id: int) -> RulesT:
        """The rules that count now."""
        own = self._counting(session, organisation_id)
        return self.read(own.content) if own is not None else self._default()

    def text(self, organisation_id: int) -> str:
        """The text of the rules that count."""
        with tenant_transaction(organisation_id) as session:
            own = self._counting(session, organisation_id)
        return own.content if own is not None else self._file.read_text(encoding="utf-8")

    def draft(self, organisation_id: int, text: str) -> KeptT:
        """Keep rules that count for nothing yet. Raises InvalidInput that names each fault."""
        self.read(text)
        with tenant_transaction(organisation_id) as session:
            kept = self._kept()
            kept.organisation_id, kept.content = organisation_id, text
            kept.written_by, kept.written_at = acting().name[:254], clock.now()
            session.add(kept)
            session.flush()
            record(session, organisation_id, f"{self._subject}.written", f"{self._subject}:{kept.id}")
            return kept

    def make_count(self, organisation_id: int, rules_id: int) -> KeptT:
        """Let kept rules count from now on. An earlier text may be chosen again. Raises NotFound."""
        with tenant_transaction(organisation_id) as session:
            kept = self._found(session, organisation_id, rules_id)
            kept.active_from = clock.now()
            record(session, organisation_id, f"{self._subject}.counting", f"{self._subject}:{kept.id}")
            session.flush()
            return kept

    def find(self, organisation_id: int, rules_id: int) -> KeptT:
        """A kept text. Raises NotFound."""
        with tenant_transaction(organisation_id) as session:
            return self._found(session, organisation_id, rules_id)

    def beside(self, organisation_id: int, rules_id: int) -> tuple[RulesT, RulesT]:
        """The rules of a kept text, and those that count, for a trial. Raises NotFound."""
        with tenant_transaction(organisation_id) as session:
            kept = self._found(session, organisation_id, rules_id)
            return self.read(kept.content), self.counting(session, organisation_id)

    def listed(self, organisation_id: int, limit: int = 50) -> Sequence[KeptT]:
        """The texts that were kept, the newest first."""
        chosen = sa.select(self._kept).where(self._kept.organisation_id == organisation_id)
        with tenant_transaction(organisation_id) as session:
            return session.scalars(chosen.order_by(self._kept.id.desc()).limit(limit)).all()

    def _found(self, session: Session, organisation_id: int, rules_id: int) -> KeptT:
        chosen = sa.select(self._kept).where(self._kept.organisation_id == organisation_id, self._kept.id == rules_id)
        kept = session.scalars(chosen).one_or_none()
        if kept is None:
            raise NotFound(f"there are no rules {rules_id}")
        return kept

    def _counting(self, session: Session, organisation_id: int) -> KeptT | None:
        chosen = sa.select(self._kept).where(
            self._kept.organisation_id == organisation_id, self._kept.active_from.is_not(None)
        )
        return session.scalars(chosen.order_by(self._kept.active_from.desc()).limit(1)).first()
