/* Every rule of the judge: what must hold, and who says so. */
#include "sim/check/check.h"
#include "sim/check/rules.h"

#define MAN_5 "votequorum(5): "
#define MAN_START "votequorum_trackstart(3): "
#define MAN_INIT "votequorum_initialize(3): "
#define MAN_INFO "votequorum_getinfo(3): "

const struct rule check_rules[] = {
	[RULE_I1] = {"I1", RULE_ALWAYS, "At most one component is quorate once the cluster has settled.",
		     MAN_5 "ensuring that only when a majority of the votes are present, cluster operations are "
			   "allowed to proceed"},
	[RULE_I2] = {"I2", RULE_ALWAYS,
		     "Nodes that activated the same ring agree on quorate and on who is a member, with what "
		     "votes.",
		     "votequorum_overview(3): external interface to the vote-based quorum service of the "
		     "cluster"},
	[RULE_I3] = {"I3", RULE_ALWAYS,
		     "A tie breaker never grants quorum where the votes outside could reach quorum by "
		     "themselves.",
		     MAN_5 "the cluster can suffer up to 50% of the nodes failing at the same time"},
	[RULE_I4] = {"I4", RULE_ALWAYS, "The quorum in force is the quorum that the rules compute.",
		     MAN_5 "simple majority calculation (50% of the votes + 1)"},
	[RULE_I5] = {"I5", RULE_ALWAYS,
		     "Outside a sync getinfo's QUORATE, the last quorum notification and what the primary "
		     "layer was "
		     "told are the same.",
		     MAN_START "every time the quorum status changes the notification is queued"},
	[RULE_I6] = {"I6", RULE_ALWAYS, "Expected votes fall only by a cause that can be named.",
		     MAN_5 "the general behaviour of votequorum is to never decrease expected votes or quorum"},
	[RULE_I7] = {"I7", RULE_EVENTUALLY,
		     "With a majority of the configured votes in one component, and no feature that may "
		     "withhold it, "
		     "that component is quorate.",
		     MAN_5 "to switch a cluster from inquorate to quorate as soon as possible"},
	[RULE_I8] = {"I8", RULE_ALWAYS,
		     "Ring ids grow at every node, and a ring has the same members wherever it is installed.",
		     "observed: two-node (rings 5, 9, 13, 17, 21, after a restart 26)"},
	[RULE_I9] = {"I9", RULE_ALWAYS, "A nodelist comes once in a sync, a quorum notification only outside of it.",
		     MAN_INIT "the 'nodelist' callback is sent at the start of a cluster state transition; the "
			      "'quorum' callback is sent after it has completed"},
	[RULE_I10] = {"I10", RULE_ALWAYS,
		      "Nothing is queued for or delivered to a connection that does not track, or is gone.",
		      "votequorum_trackstop(3): disable callbacks notification; votequorum_finalize(3): no more "
		      "callbacks will be dispatched"},

	[RULE_SNAPSHOT] = {"snapshot", RULE_ALWAYS,
			   "trackstart with CURRENT or CHANGES queues one nodelist and one quorum notification for "
			   "its connection before it answers, EXIST or not; other flags queue nothing.",
			   "observed: flags-all-values (steps 1 to 9, 13, 14, 17)"},
	[RULE_TRACKSTART_REPLY] = {"trackstart-reply", RULE_ALWAYS,
				   "trackstart answers OK, or EXIST when the connection tracks already.",
				   "observed: flags-all-values (steps 12 to 20)"},
	[RULE_TRACKSTOP_REPLY] = {"trackstop-reply", RULE_ALWAYS,
				  "trackstop answers OK when the connection tracks, else NOT_EXIST.",
				  "observed: flags-all-values (steps 22 to 30)"},
	[RULE_CONTEXT] = {"tracker-context", RULE_ALWAYS,
			  "A notification bears its tracker's context, a snapshot's the one given to trackstart.",
			  MAN_START "the context option allows one to set a tracking context"},
	[RULE_EVERY_TRACKER] = {"every-tracker", RULE_ALWAYS, "News go to every tracker of the node.",
				MAN_START "every time ... changes, the notification is queued"},
	[RULE_NEWEST_FIRST] = {"newest-first", RULE_ALWAYS, "Trackers are served newest first, each once.",
			       "undocumented: how corosync 3.1.7 serves them"},
	[RULE_SAME_NEWS] = {"same-news", RULE_ALWAYS, "All trackers of a node are told the same.",
			    "observed: flags-expected-votes-change (step 9)"},

	[RULE_IN_ORDER] = {"in-order", RULE_ALWAYS,
			   "What is queued for a connection is delivered, in that order, once.",
			   MAN_START "the notification is dispatched via votequorum_dispatch()"},
	[RULE_IN_DISPATCH] = {"in-dispatch", RULE_ALWAYS, "Callbacks are called inside votequorum_dispatch() only.",
			      MAN_INIT "the callback is called from the votequorum_dispatch() function"},
	[RULE_NULL_CALLBACK] =
		{"null-callback", RULE_ALWAYS,
		 "A notification whose callback is NULL is consumed silently, any other is handed over.",
		 MAN_INIT "the callbacks argument"},
	[RULE_DISPATCH_COUNT] = {"dispatch-count", RULE_ALWAYS,
				 "Dispatch takes as many notifications as its type says.",
				 "votequorum_dispatch(3): the dispatch values have the following meanings"},
	[RULE_NODELIST_EACH_RING] = {"nodelist-each-ring", RULE_ALWAYS,
				     "Every sync that ends told its trackers the new node list first.",
				     MAN_INIT "the 'nodelist' callback is sent at the start of a cluster state "
					      "transition"},
	[RULE_QUORUM_EACH_RING] = {"quorum-each-ring", RULE_ALWAYS,
				   "A quorum notification follows when a sync has ended, changed or not, and when "
				   "quorate changes outside of one.",
				   MAN_INIT "the 'quorum' callback is sent after the cluster state transition has "
					    "completed"},
	[RULE_QUORUM_ON_CHANGE] = {"quorum-on-change", RULE_ALWAYS,
				   "Outside a sync a quorum notification comes only when quorate has changed.",
				   MAN_INIT "quorum callbacks will not be sent for qdevice up and down events unless "
					    "they affect quorum"},
	[RULE_PRIMARY_TOLD] = {"primary-told", RULE_ALWAYS, "The primary layer is told the outcome of every sync.",
			       "votequorum_overview(3): receive notifications of quorum state changes"},

	[RULE_NODELIST] = {"nodelist", RULE_ALWAYS,
			   "A nodelist bears the id of the ring that is installed, and its members.",
			   MAN_INIT "contains the new ring_id and only the list of nodes that are included in the "
				    "sync state"},
	[RULE_NODE_STATES] = {"node-states", RULE_ALWAYS,
			      "A quorum notification lists every known node once: members of the ring as members, "
			      "the others as dead.",
			      MAN_INIT "a list of all nodes known to votequorum (whether up or down) and their "
				       "state"},
	[RULE_NODE_ORDER] = {"node-order", RULE_ALWAYS,
			     "The list is in ascending order of id but for the own node, which is last, and the "
			     "device after it.",
			     "observed: flags-all-values (2 3 1 at node 1, 1 3 2 at node 2); quirk record-order"},
	[RULE_DEVICE_LISTED] = {"device-listed", RULE_ALWAYS,
				"Node id 0 is in the list exactly while the node's own device is registered.",
				MAN_INIT "as well as information about the quorum device attached (if any)"},
	[RULE_EXPECTED_VOTES_TOLD] = {"expected-votes-told", RULE_ALWAYS,
				      "A change of expected votes is told, with the value that getinfo then has.",
				      MAN_INIT "every time the expected votes are changed, the callback is called"},

	[RULE_MAJORITY] = {"majority", RULE_ALWAYS, "A component is quorate if and only if its votes reach quorum.",
			   MAN_5 "as soon as 5 (or more) nodes are visible to each other, the partition becomes "
				 "quorate"},
	[RULE_TWO_NODE] = {"two-node", RULE_ALWAYS, "With two_node and at most two members quorum is 1.",
			   MAN_5 "enabling two_node: 1, quorum is set artificially to 1"},
	[RULE_WAIT_FOR_ALL] =
		{"wait-for-all", RULE_ALWAYS,
		 "With wait_for_all a node becomes quorate first when all have been visible at once, or "
		 "from a member that is quorate.",
		 MAN_5 "the cluster will be quorate for the first time only after all nodes have been "
		       "visible at least once at the same time"},
	[RULE_TIE_BREAKER] = {"tie-breaker", RULE_ALWAYS,
			      "Half of the votes are quorate with the node that breaks the tie, and not without.",
			      MAN_5 "the set of nodes that are still in contact with the node that has the lowest "
				    "nodeid will remain quorate"},
	[RULE_LAST_MAN] = {"last-man-standing", RULE_ALWAYS,
			   "After last_man_standing_window a quorate component that lost nodes has lowered expected "
			   "votes and quorum to who is left, and not before.",
			   MAN_5 "after last_man_standing_window timer expires, expected_votes and quorum are "
				 "recalculated"},
	[RULE_DEVICE_VOTES] = {"device-votes", RULE_ALWAYS,
			       "The device's votes count at a node exactly while the device casts them there.",
			       "votequorum_qdevice_poll(3): if cast_vote is 1 then the votes for the device are "
			       "included in the quorum calculation"},
	[RULE_MASTER_WINS] = {"master-wins", RULE_ALWAYS,
			      "With master_wins a node is quorate where a member's device casts and wins, and only "
			      "so.",
			      "votequorum_qdevice_master_wins(3): any node with an active qdevice that also has "
			      "master_wins set becomes quorate"},
	[RULE_VOTES] = {"votes", RULE_ALWAYS,
			"A node's votes are those configured, until setvotes or a reload changes them.",
			MAN_5 "quorum_votes; votequorum_setvotes(3)"},
	[RULE_EXPECTED_VOTES] = {"expected-votes", RULE_ALWAYS,
				 "Expected votes are those configured, raised to the votes present, or set.",
				 MAN_5 "the quorum.expected_votes value will override the one calculated from the "
				       "nodelist; internal expected_votes is automatically set to 13"},
	[RULE_CONFIGURATION] = {"configuration", RULE_ALWAYS,
				"A daemon refuses the configurations that contradict themselves, and no others.",
				"observed: refuse-two-node-and-device, refuse-device-and-atb, "
				"refuse-device-without-votes, refuse-atb-lms-odd"},
	[RULE_DEVICE_HOLDS] =
		{"device-holds-sync", RULE_ALWAYS,
		 "A sync does not end before the registered and living device of every member has "
		 "polled, or its sync_timeout is over.",
		 "votequorum_overview(3): corosync stands in synchronization phase until qdevice on all "
		 "nodes votes or timeout expires"},

	[RULE_DOWNSCALE] = {"downscale", RULE_ALWAYS,
			    "With allow_downscale a clean stop lowers expected votes to who is left, and quorum down "
			    "to what the configured expected votes ask for.",
			    MAN_5
			    "both expected votes and quorum are recalculated when a node leaves the cluster in a "
			    "clean state down to configured expected_votes"},
	[RULE_NO_ABORT] = {"no-abort", RULE_ALWAYS, "No daemon aborts.",
			   "undocumented: the daemon asserts that who is quorate waits for nobody (quirk "
			   "wfa-assert), and that it knows "
			   "the node whose device a message is about (harness/truth/FINDINGS.md, 59)"},

	[RULE_GETINFO] = {"getinfo", RULE_ALWAYS, "getinfo tells of known nodes, what the rules say of them.",
			  MAN_INFO "the members starting node_ hold information specific to the requested nodeid"},
	[RULE_SETEXPECTED] = {"setexpected", RULE_ALWAYS,
			      "setexpected refuses what is below the votes present or makes the cluster inquorate.",
			      "votequorum_setexpected(3): it is not possible to set expected votes up so that it "
			      "makes the cluster inquorate"},
	[RULE_SETVOTES] = {"setvotes", RULE_ALWAYS,
			   "setvotes refuses unknown nodes, and votes that make the cluster inquorate.",
			   "votequorum_setvotes(3): it is not possible to change the number of node votes such that "
			   "the cluster goes inquorate"},
	[RULE_QDEVICE] = {"qdevice-reply", RULE_ALWAYS, "The qdevice calls answer as their preconditions say.",
			  "observed: qdevice-api-errors"},
	[RULE_HANDLE] = {"handle", RULE_ALWAYS,
			 "Calls with a handle that is not open are BAD_HANDLE, and LIBRARY when the daemon is gone.",
			 "votequorum_finalize(3): the handle may not be used again by applications"},
	[RULE_FAULT_PASSED_ON] = {"fault-passed-on", RULE_ALWAYS,
				  "An error of the transport is what the library call returns.",
				  "votequorum_*(3): ERRORS"},
	[RULE_LIBRARY_CONTEXT] = {"library-context", RULE_ALWAYS,
				  "context_get returns what context_set stored, and nothing else touches it.",
				  "votequorum_context_set(3): will not be touched by the library"},

	[RULE_SYNC_ENDS] = {"sync-ends", RULE_EVENTUALLY, "At rest every sync has ended, unless a device holds it.",
			    MAN_INIT "the 'quorum' callback is sent after the cluster state transition has "
				     "completed"},
	[RULE_ANSWERED] = {"answered", RULE_EVENTUALLY,
			   "A library call of a living client to a running daemon is answered.",
			   "votequorum_*(3): RETURN VALUE"},
	[RULE_TRACKER_TOLD] = {"tracker-told", RULE_SOMETIMES, "Some tracker is told something.",
			       MAN_START "enable callbacks notification"},
};

const uint32_t check_rule_count = RULE_COUNT;

_Static_assert(sizeof check_rules / sizeof *check_rules == RULE_COUNT, "every rule has its words");
