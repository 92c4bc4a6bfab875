"""How much of a document is read: files of every producer at hand, against what other extractors find in them."""
