"""Answers from passages: quoted, or worded by a model that is held to them."""
