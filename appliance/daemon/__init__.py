"""The appliance as a process: what keeps it running, and what watches the machine around it."""
