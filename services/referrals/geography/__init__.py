"""Belgium on the map: municipalities, wijken, zones, postal codes, and how far it is from one to the other."""
