"""The same functions and data on Microsoft's worker library and on ours: the same answers.

``apps`` says what a case is, ``cases`` is the table of them, ``generated`` makes more with hypothesis. ``reference``
asks Microsoft's library (``reference_child`` is the process that it runs in), ``ours`` asks our worker, and
``comparison`` tells the differences between the two answers.
"""
