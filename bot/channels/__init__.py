"""One file is one channel, both directions. Found by bot/registry.py."""
