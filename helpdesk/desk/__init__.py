"""The desk's window: the only place that knows Qt."""

import builtins

import PySide6.QtCore  # noqa: F401 (what it does to `import` is undone below)

# PySide6 puts an `import` of its own in Python's place: it reads the source of every module imported after it, for the
# words `from __feature__`, and keeps it in memory. That is a fifth of what opening the program costs, and 20 MB, for
# something that is not used here. Threads that import then run none of Qt's code either, which is made for one thread.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
