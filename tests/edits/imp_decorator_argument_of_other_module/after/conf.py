LABEL = "b"
