"""What the appliance owes the system that runs it: readiness, heartbeat, journal."""
