"""The work as an agent: what is late, who has what, how it goes; and changes of it, once the person said yes."""
