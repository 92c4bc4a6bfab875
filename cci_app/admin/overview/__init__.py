"""How it goes: the figures of a day, a week or a month, and what the installation is at."""
