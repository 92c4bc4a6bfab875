"""What most chatbots are, for controls: the webhook hands the message to a task, and the task answers.

Celery runs on its defaults, nobody keeps receipts, nobody waits for an earlier message of the same person.
"""

import os
from typing import Any

import httpx
from celery import Celery
from flask import Flask, jsonify, request

from tests.fakes.agent import whatsapp_chat

app = Flask(__name__)
celery = Celery("naive", broker=os.environ["REDIS_URL"])


@app.post("/api/v1/whatsapp/message")
def take() -> Any:
    """Hand the message on."""
    answer.delay(request.get_json())
    return jsonify(response="")


@celery.task(name="answer")
def answer(message: dict[str, str]) -> None:
    """Answer a message through the channel."""
    text = whatsapp_chat(message["user_id"], message["message"])
    content = {"messages": [{"type": "text", "text": text}]}
    body = {"subscriber_id": message["subscriber_id"], "data": {"content": content}}
    httpx.post(f"{os.environ['MANYCHAT_BASE_URL']}/fb/sending/sendContent", json=body, trust_env=False)
