"""E-mail: messages that leave by any SMTP server."""
