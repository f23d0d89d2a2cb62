from pathlib import Path
BASE='x'
P=Path('/')/BASE/'y'
S=str(P)
