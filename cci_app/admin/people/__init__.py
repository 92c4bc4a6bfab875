"""The people of the contact book, with what they told."""
