import m
warm, cold = m.Report(), m.Report()
data = warm.data
