from m import Job
j = Job()
