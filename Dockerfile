# One image for the web server, the worker, beat and the migrations; compose.yaml shows how they fit together.
# It runs as an ordinary user on a read-only root file system: only /data (uploads) and /tmp are written.

FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    WEB_HOST=0.0.0.0 \
    PORT=8000 \
    FILE_STORAGE=/data/files
RUN groupadd --system --gid 10001 cci \
    && useradd --system --uid 10001 --gid cci --no-create-home --home-dir /tmp --shell /usr/sbin/nologin cci \
    && install -d -o cci -g cci /data /data/files
COPY --from=packages /venv /venv
WORKDIR /app
COPY config config
COPY migrations migrations
COPY celery_tasks celery_tasks
COPY cci_app cci_app
COPY wsgi.py .
# The file system is read-only later, so the bytecode has to be there now.
RUN python -m compileall -q config celery_tasks cci_app wsgi.py
# By number: Kubernetes proves by it that this is not root.
USER 10001:10001
# On Fargate a folder that may be written keeps the rights that it has here.
VOLUME ["/data", "/tmp"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
CMD ["gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]
