"""Tasks as tickets at Zendesk, and tickets as tasks: what changes on one side changes on the other, once."""
