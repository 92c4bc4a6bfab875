"""Documents as people manage them: sent, fetched, crawled, loaded from a folder, read again, removed."""
