"""How often an experiment errs, and how soon it sees what there is."""
