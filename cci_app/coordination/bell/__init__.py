"""What concerns somebody who works: read from what was done."""
