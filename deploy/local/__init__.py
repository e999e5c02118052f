"""The whole platform as processes on one machine: `python -m deploy.local`."""
