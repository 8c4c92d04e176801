"""Decisions and states in plain words, for every reader."""
