LABEL = "a"
