"""A frame's way: capture, find, judge, follow, decide, choose, keep; assembly wires them."""
