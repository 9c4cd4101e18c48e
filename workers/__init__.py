"""The hands: what is due is handed out by the relay and done by workers; SQL is the truth, Redis only wakes people."""
