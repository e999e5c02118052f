"""What NATS needs to know about the platform: users with their rights, streams, consumers."""
