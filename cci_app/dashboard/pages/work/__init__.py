"""The pages of the work: lists, the board, the calendar, one task, projects, people and what the monitor says."""
