"""The WSGI application: `gunicorn -c config/gunicorn.py wsgi:app`, `flask --app wsgi ...`."""

from cci_app import after_fork, before_exit, create_app
from config.logs import configure_logging
from config.settings import get_settings

__all__ = ["after_fork", "app", "before_exit"]

configure_logging(get_settings())
app = create_app(get_settings())
