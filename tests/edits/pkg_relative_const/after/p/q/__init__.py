from ..conf import SIZE as S
DOUBLE=S*2
