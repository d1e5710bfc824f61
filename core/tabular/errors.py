"""Why a file cannot be read at all."""


class Unreadable(Exception):
    """A file that is no table we can read. `message` says in Chinese what happened and what to do;
    `code` is one of `empty`, `mislabelled`, `encrypted`, `damaged`, `too_large`, `too_slow`,
    `no_header`, `no_rows`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
