"""What containers need beside the images: NATS' configuration, and secrets for a first `.env`."""
