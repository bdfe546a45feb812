"""Debian's corosync-vqsim, corosync's own votequorum in a program without a network, as a ground to play scenarios on."""
