"""Configuration: typed settings, logging, the web server and the assistants' content."""
