"""The offline embedding model as databases remember it."""

import hashlib

from cci_app.llm.offline_embedding import OfflineEmbedding

TEXTS = ("Quels sont les horaires de l'espace CO-5 ?", "¿Cuánto cuesta la afiliación anual?")
# The vectors of TEXTS, by the name of the model. A new line here belongs to a new name there: vectors that a database
# keeps under an old name would be compared with questions they do not match.
KNOWN = {"offline:v2": "dcb5091f83bf7099", "offline:v3": "56f3c0b43bb67b77"}


def test_vectors_do_not_change_under_a_name() -> None:
    model = OfflineEmbedding()
    digest = hashlib.sha256(repr(model.embed(TEXTS, 1.0)).encode()).hexdigest()
    assert KNOWN[str(model.name)] == digest[:16]
