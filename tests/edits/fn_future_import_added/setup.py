from m import f, g
