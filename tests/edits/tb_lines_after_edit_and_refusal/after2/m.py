def boom(
