"""The data that travels along the pipeline. Every stage knows these records and no other stage."""
