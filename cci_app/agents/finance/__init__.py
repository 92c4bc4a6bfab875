"""Payment plans: what a month costs, over which term, and what is paid in all."""
