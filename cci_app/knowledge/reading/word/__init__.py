"""A Word document: its package, the runs of its paragraphs, and its text under headings."""
