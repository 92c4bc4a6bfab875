"""What assistants used, and what somebody should look at."""
