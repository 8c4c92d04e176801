"""The live page: a process of its own that knows the appliance by its feed, its photos and its configuration.

Nothing here loads numpy, OpenCV or a model. ``serve`` wires and runs it, ``guard`` checks every request,
``app`` joins the resources of ``routes``.
"""
