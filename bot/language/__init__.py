"""Reads words: what is wanted, where, when, how many. Pure functions and tables; nobody is asked."""

import os

# pypinyin would keep 47,000 phrases in 45 MB of every process. Without them a character has one reading wherever it
# stands, and what is said and what it is compared with are read alike.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
