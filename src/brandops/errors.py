"""The one exception a user of the project is meant to read."""


class UserError(Exception):
    """Something the user can mend: the message names the file, the place, the value and the fix.

    The command line prints it without a traceback and exits with status 1.
    """
