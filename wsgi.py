"""The WSGI application: `gunicorn -c config/gunicorn.py wsgi:app`, `flask --app wsgi ...`."""

from cci_app import after_fork, before_exit, begin_to_learn, start

__all__ = ["after_fork", "app", "before_exit", "begin_to_learn"]

app = start()
