"""A PDF: two readers page by page, the better one chosen, margins told from text, headings from body."""
