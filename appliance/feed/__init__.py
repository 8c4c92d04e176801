"""Feed of the page: a local socket with frames, faces and events, and a few commands back.

``messages`` is the format on the wire, ``describe`` makes one of a decision, ``server`` is the daemon's end.
"""
