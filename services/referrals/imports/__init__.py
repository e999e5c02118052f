"""What others keep becomes entries of the map: read, shown first, imported in pieces, and every row accounted for."""
