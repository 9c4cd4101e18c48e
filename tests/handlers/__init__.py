"""The doors: callbacks of every kind, genuine and not, with the emulator in the same process."""
