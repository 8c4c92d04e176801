"""Copies of the photos elsewhere: a process of its own that reads the photos' folder and drives rclone.

``sender`` decides what is copied when, ``rclone`` copies and tells what went wrong, ``ledger`` remembers what
is there through power cuts, and ``sync_status`` tells the others how many wait.
"""
