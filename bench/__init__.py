"""What a turn costs, as ratios in one run: `make bench`. Nothing leaves the loopback address."""
