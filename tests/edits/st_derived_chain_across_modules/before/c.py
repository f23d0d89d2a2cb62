import b
Z = b.Y * 10
SEEN = []
