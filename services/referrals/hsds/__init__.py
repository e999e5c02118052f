"""The map for everybody: HSDS 3.1's read API, anonymous, of what a tenant publishes."""
