"""Everything that runs the platform: on one machine, in containers, in a cluster."""
