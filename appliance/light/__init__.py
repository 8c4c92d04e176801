"""What the ready indicator says: its states, their patterns, and which of them is shown."""
