assert warm.data is data == ["old"] and cold.data == ["new"] and cold.more == 1 and m.Report.runs == 11
