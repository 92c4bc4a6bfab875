"""A questionnaire held as a conversation."""
