"""The monitor: what is late or stuck, who hears of it, in which order, and when they are left in peace."""
