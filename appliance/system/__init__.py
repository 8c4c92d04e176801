"""Interface to systemd: readiness, heartbeat, journal."""
