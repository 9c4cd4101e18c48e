"""The hands: the relay finds what is due, workers do it. SQL is the truth; Redis only wakes people up."""
