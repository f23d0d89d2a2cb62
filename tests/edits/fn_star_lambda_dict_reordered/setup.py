from m import A, B
