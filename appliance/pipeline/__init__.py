"""Stages of a frame's way: capture, find, judge, follow, decide, choose, keep; assembly wires them."""
