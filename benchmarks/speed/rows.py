"""A line of the table: figure, what, goal, what was measured, whether the goal is reached."""

Row = tuple[str, str, str, str, bool]
