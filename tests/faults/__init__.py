"""What the product survives: real processes, killed and cut off on purpose."""
