"""HTTP shapes of documents and of their search."""

import marshmallow as ma

from cci_app.core.http.fields import AssistantFilter, CleanText, PageQuery, PageSize, WholeNumber
from cci_app.core.outside.models import NAME_LENGTH
from cci_app.knowledge.languages import LANGUAGES
from cci_app.knowledge.reading.kinds import DocumentKind

LONGEST_TEXT = 1_000_000
MOST_RESULTS = 20
MOST_DEPTH = 5
MOST_PAGES = 500
STATUSES = ("pending", "processing", "ready", "failed")

# An address as a browser's bar gives it when it is copied. Which of them are fetched is for `checked_url` to say.
_ADDRESS = r"^https?://[A-Za-z0-9.-]+(:[1-5]?[0-9]{1,4})?([/?][!-~]*)?$"


def _title(*, required: bool) -> ma.fields.String:
    example = {"example": "Guide des services"}
    return CleanText(min_length=1, max_length=300, required=required, metadata=example)


def _language() -> ma.fields.String:
    return ma.fields.String(
        validate=ma.validate.OneOf(sorted(LANGUAGES)),
        metadata={"description": "Of the document or question; detected where it is not given", "example": "fr"},
    )


def _assistant(description: str) -> ma.fields.String:
    return CleanText(min_length=1, max_length=64, metadata={"description": description, "example": "members"})


def _owner() -> ma.fields.String:
    return _assistant("The only assistant that reads it; all of the organisation's where none is named")


def _url() -> ma.fields.String:
    return ma.fields.String(
        required=True,
        validate=[
            ma.validate.Length(max=2000),
            ma.validate.Regexp(_ADDRESS, error="Use an address that begins with https://, as your browser copies it."),
        ],
        metadata={
            "description": "A public https address; FETCH_LOOPBACK allows this machine's own, for tests",
            "example": "https://www.example.org/services",
            "pattern": _ADDRESS,
        },
    )


class _Strict(ma.Schema):
    class Meta:
        """An unknown field is an error."""

        unknown = ma.RAISE


class UrlPayload(_Strict):
    """A document on the web."""

    url = _url()
    title = _title(required=False)
    language = _language()
    assistant = _owner()


class CrawlPayload(_Strict):
    """A site to read: from an address along at most `depth` links that stay on its host."""

    url = _url()
    depth = WholeNumber(load_default=2, validate=ma.validate.Range(0, MOST_DEPTH), metadata={"example": 2})
    pages = WholeNumber(
        load_default=50,
        validate=ma.validate.Range(1, MOST_PAGES),
        metadata={"description": "How many pages at most", "example": 50},
    )
    language = _language()
    assistant = _owner()


class DrivePayload(_Strict):
    """A folder at Google Drive to read, by the name of its integration; the first one where none is named."""

    account = CleanText(
        min_length=1,
        max_length=NAME_LENGTH,
        metadata={"description": "An integration google_drive", "example": "facts"},
    )
    assistant = _owner()


class TextPayload(_Strict):
    """A document that is sent as text."""

    text = CleanText(
        min_length=1, max_length=LONGEST_TEXT, required=True, metadata={"example": "La Chambre ouvre à 8 heures."}
    )
    title = _title(required=True)
    language = _language()
    assistant = _owner()


class FileForm(_Strict):
    """What may stand beside the file in a form."""

    title = _title(required=False)
    language = _language()
    assistant = _owner()


class DocumentsQuery(PageQuery):
    """Which documents to list."""

    status = ma.fields.String(validate=ma.validate.OneOf(STATUSES), metadata={"example": "ready"})
    kind = ma.fields.String(
        validate=ma.validate.OneOf([kind.value for kind in DocumentKind]), metadata={"example": "pdf"}
    )
    language = _language()
    title = CleanText(max_length=300, metadata={"description": "A part of the title", "example": "guide"})
    assistant = AssistantFilter(description="Those that this assistant reads: its own, and those of all")


class ReasonResponse(ma.Schema):
    """Why a document cannot be used, or what it waits for: a stable code, and sentences for people.

    `document_id` is the document that has the same content, where that is why.
    """

    code = ma.fields.String(required=True)
    en = ma.fields.String(required=True)
    fr = ma.fields.String(required=True)
    es = ma.fields.String(required=True)
    document_id = ma.fields.Integer(required=True, allow_none=True)


class WarningResponse(ma.Schema):
    """Why a document that can be used may say less than its readers see; on which pages, none where it is all of it."""

    code = ma.fields.String(required=True)
    en = ma.fields.String(required=True)
    fr = ma.fields.String(required=True)
    es = ma.fields.String(required=True)
    pages = ma.fields.List(ma.fields.Integer(), required=True)


class ReadingResponse(ma.Schema):
    """What came of reading a document.

    `readers` counts the pages that each reader gave (1 for a whole document without pages), `odd_letters` is the share
    of letters that look wrong, `left_out` counts the words that were left out by why, and comments, charts and embedded
    files.
    """

    words = ma.fields.Integer(required=True)
    readers = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    odd_letters = ma.fields.Float(required=True)
    left_out = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)


class ListedDocumentResponse(ma.Schema):
    """A document. `progress` is in percent; `passages` are what is searched at this moment.

    `assistant` is the one that it belongs to, null where all of the organisation's read it.
    """

    id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.String(required=True, validate=ma.validate.OneOf(STATUSES))
    progress = ma.fields.Integer(required=True)
    reason = ma.fields.Nested(ReasonResponse, required=True, allow_none=True)
    warnings = ma.fields.List(ma.fields.Nested(WarningResponse), required=True)
    origin = ma.fields.String(required=True)
    source = ma.fields.String(required=True)
    kind = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    assistant = ma.fields.String(required=True, allow_none=True)
    pages = ma.fields.Integer(required=True, allow_none=True)
    passages = ma.fields.Integer(required=True)
    size_bytes = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    indexed_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class DocumentResponse(ListedDocumentResponse):
    """A document with what came of reading it; null where that is not done, or was done before there were reports."""

    report = ma.fields.Nested(ReadingResponse, required=True, allow_none=True)


class DocumentsResponse(ma.Schema):
    """A page of documents; `next` is the `before` of the page after it, null on the last."""

    documents = ma.fields.List(ma.fields.Nested(ListedDocumentResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class PassagesQuery(PageSize):
    """Which of a document's passages."""

    after = ma.fields.Integer(
        load_default=-1,
        validate=ma.validate.Range(-1, 2**31 - 1),
        metadata={"description": "Those behind this one: `next` of the page before", "example": 0},
    )


class PassageOfDocument(ma.Schema):
    """A passage as it was read; `position` counts from 0."""

    id = ma.fields.Integer(required=True)
    position = ma.fields.Integer(required=True)
    page = ma.fields.Integer(required=True, allow_none=True)
    heading = ma.fields.String(required=True, allow_none=True)
    language = ma.fields.String(required=True)
    text = ma.fields.String(required=True)


class PassagesResponse(ma.Schema):
    """A document's passages in their order; `next` is the `after` of the page behind this one, null on the last."""

    document_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    passages = ma.fields.List(ma.fields.Nested(PassageOfDocument), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class RemovedResponse(ma.Schema):
    """The document that was removed."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)


class SearchPayload(_Strict):
    """What to look for."""

    query = CleanText(min_length=1, max_length=4096, required=True, metadata={"example": "délais d'un visa"})
    limit = WholeNumber(
        load_default=5,
        validate=ma.validate.Range(1, MOST_RESULTS),
        metadata={"description": "How many passages at most", "example": 5},
    )
    language = _language()
    assistant = _assistant("Also its own documents; without one, those that all assistants share")


class PassageResponse(ma.Schema):
    """A passage that fits; `score` is comparable within one search."""

    document_id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    heading = ma.fields.String(required=True, allow_none=True)
    page = ma.fields.Integer(required=True, allow_none=True)
    language = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    score = ma.fields.Float(required=True)


class SearchResponse(ma.Schema):
    """The passages that fit best, best first."""

    results = ma.fields.List(ma.fields.Nested(PassageResponse), required=True)
