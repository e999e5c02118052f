"""The hours that a neighbourhood inspector plans himself: nobody approves them, and a rest rule warns."""
