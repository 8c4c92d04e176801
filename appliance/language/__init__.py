"""Languages of what people read: ``catalogue`` translates, ``choice`` says into what.

The program speaks English inside: logs and JSON are never translated. What a person gets to read passes
through a :class:`~appliance.language.catalogue.Catalogue` on its way out. A language is a file beside this
one, as ``de.po``, in gettext's own format; another one is added by another file.
"""
