from m import visits
visits(); visits()
