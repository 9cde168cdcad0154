"""The fictional academy: the sample data, loaded through the same services as real life.

Every row is brought in at its own date, by the person it names. All of it is one unit of work, so
a row that a service refuses leaves an empty database behind. What the files leave open is decided
here and said in the docstring of the module that does so.
"""
