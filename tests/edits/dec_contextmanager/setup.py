from m import ctx
