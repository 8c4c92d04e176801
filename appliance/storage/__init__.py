"""Files that survive a power cut: photos, their names and metadata, clips."""
