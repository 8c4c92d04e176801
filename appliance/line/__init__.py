"""What runs stages: the stage interface, bounded inboxes, a thread for each stage, and lines of them."""
