"""What is identical by necessity in every service; nothing with a business word in it."""
