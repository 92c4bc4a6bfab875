"""The floor: the least that a web application on these parts can do for a message.

One committed INSERT, one GET and one SET in Redis, through the same libraries, under the same web server.
"""

import os

import redis
import sqlalchemy as sa
from flask import Flask, Response, jsonify

app = Flask(__name__)
engine = sa.create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=16, max_overflow=0)
memory = redis.Redis.from_url(os.environ["REDIS_URL"])
INSERT = sa.text("INSERT INTO floor (text) VALUES (:text)")


@app.post("/")
def answer() -> Response:
    """Keep a row, remember a value, answer."""
    with engine.begin() as connection:
        connection.execute(INSERT, {"text": "Bonjour"})
    memory.get("floor")
    memory.set("floor", "value")
    return jsonify(response="Bonjour")


@app.get("/health")
def health() -> Response:
    """Tell that it is up."""
    return jsonify(status="ok")
