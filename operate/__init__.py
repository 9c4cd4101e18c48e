"""What the person at the server does from the command line: users, backup and restore, keys, alarms.

Each command is a file with a run(settings, arguments); app.py lists them. Nothing of ours imports this but app.py.
"""
