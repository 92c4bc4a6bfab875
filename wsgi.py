"""The WSGI application: `gunicorn -c config/gunicorn.py wsgi:app`, `flask --app wsgi ...`."""

from cci_app import create_app
from config.logs import configure_logging
from config.settings import get_settings

configure_logging(get_settings())
app = create_app(get_settings())
