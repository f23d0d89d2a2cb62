from core import V
