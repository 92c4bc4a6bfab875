"""Two versions of an assistant beside each other: who gets which, and what their counts tell."""
