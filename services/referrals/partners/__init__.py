"""A partner without account: the link that reaches him, the code that opens it, his answer, and proof of all of it."""
