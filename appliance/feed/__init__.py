"""What the appliance shows of itself: a local socket with frames, faces and events, and a few commands back.

``messages`` is the form on the wire, ``describe`` turns a decision into one, ``server`` is the daemon's end.
"""
