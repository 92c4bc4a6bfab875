"""Reports on the work: figures of a day, a week or a month, as a mail, a paper and a short text."""
