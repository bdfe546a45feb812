"""Real corosync daemons, each in its own network and mount namespace, as a ground to run cases on."""
