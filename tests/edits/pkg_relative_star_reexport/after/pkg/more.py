from .base import A

B = A + 1
