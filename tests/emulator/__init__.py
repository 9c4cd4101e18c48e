"""The emulator, against a fake bot and on a fixed clock."""
