"""The same functions and data on Microsoft's worker libraries and on ours: the same answers.

``apps`` says what a case is, ``cases`` is the table of them, ``generated`` makes more with hypothesis. ``reference``
asks Microsoft's library (``reference_child`` is the process that it runs in), ``ours`` asks our worker, and
``comparison`` tells the differences between the two answers.

Apps of decorated functions have a library of their own, and files of their own beside those: ``decorator_apps``,
``table_decorators``, ``generated_decorators``, ``decorator_child``, ``decorator_ours``, ``decorator_comparison``.
"""
