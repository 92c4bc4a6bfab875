"""Who an organisation's own directory says somebody is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the directory: `directory_id` never changes; `user_name` may, and a guest has none."""

    directory_id: str
    user_name: str | None
    name: str
