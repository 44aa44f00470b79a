"""Cost does not grow."""


def measure(given, programs, results):
    return []
