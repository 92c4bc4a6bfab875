"""This product as a server of tools for programs that a model drives: the Model Context Protocol, by its own SDK."""
