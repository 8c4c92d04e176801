"""Records that stages pass on. Every stage knows these records and no other stage."""
