"""The rules by which Azure delivers what starts functions, each with its source, and a test that carries them all out."""
