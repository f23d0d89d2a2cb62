V='a'
