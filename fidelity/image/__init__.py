"""Pictures: decoding to one colour space, and colour arithmetic."""
