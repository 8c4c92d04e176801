"""The live page: a process of its own that knows the appliance by its feed, its photos and its configuration.

Nothing here loads numpy, OpenCV or a model. ``server`` runs it, ``app`` lists what it answers, ``guard``
decides who gets an answer.
"""
