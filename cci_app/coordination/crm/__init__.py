"""Tasks as records of a CRM, and records as tasks: by a mapping, both ways, each change once."""
