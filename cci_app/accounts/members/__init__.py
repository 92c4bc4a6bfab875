"""People who sign in: who they are, how they prove it, and on which devices they did."""
