from pathlib import Path
BASE='z'
P=Path('/')/BASE/'y'
S=str(P)
