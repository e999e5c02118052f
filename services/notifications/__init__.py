"""How a message reaches a member of staff: in the app and by e-mail."""
