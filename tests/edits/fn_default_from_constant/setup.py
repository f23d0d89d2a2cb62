from m import f
