"""Finding things in a table of the organisation's: filters, comparisons, figures, others like this."""
