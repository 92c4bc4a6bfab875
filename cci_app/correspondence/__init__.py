"""What is written to people about the work, and what they write back: each through the channel that reaches them."""
