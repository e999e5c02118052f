"""Finding a service: the words of the field, from where, for whom, and why it fits or does not."""
