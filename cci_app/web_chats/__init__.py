"""An assistant on pages of the web: a window that any page may show, and a page of its own that a link leads to."""
