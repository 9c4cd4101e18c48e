"""`python -m emulator`: see emulator/server.py."""

import sys

from emulator.server import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
