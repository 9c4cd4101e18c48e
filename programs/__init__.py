"""The composition root: what each process is made of, one file for each kind (docs/decisions/0021).

app.py loads the file of the command that was given, so that a process holds in memory what its own work needs.
Nobody else imports these files.
"""
