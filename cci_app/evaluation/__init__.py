"""How good an assistant is: what people think of it, made-up people, talks run again, what humans find in a sample."""
