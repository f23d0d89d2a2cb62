assert Job.State.FAILED.value == 3 and j.state is Job.State.NEW
