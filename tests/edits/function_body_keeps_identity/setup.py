from m import f
held = {f: 1}
