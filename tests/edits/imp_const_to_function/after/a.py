def V(): return 'fn'
