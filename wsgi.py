"""The WSGI application: `gunicorn -c config/gunicorn.py wsgi:app`, `flask --app wsgi ...`."""

from cci_app import after_fork, before_exit, start

__all__ = ["after_fork", "app", "before_exit"]

app = start()
