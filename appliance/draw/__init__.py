"""Pictures for people: boxes on a frame, and the contact sheet of what happened."""
