"""What runs stages: the stage interface, bounded inboxes, one thread a stage."""
