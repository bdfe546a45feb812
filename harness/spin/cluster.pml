/*
 * A cluster of votequorum nodes with one vote each, as one would write it for SPIN by hand.
 *
 * It stands beside `votesim explore` in `make bench` and in test_spin.py: the same events from the same start (all
 * nodes up), and the cluster settled after each, as there. What is left out is what the question "is at most one
 * component quorate?" can do without: messages, rings' numbers, records of other nodes, trackers, timers. With one vote
 * each, expected votes never change, and neither does the quorum: both are constants.
 *
 * With MEMORY it also keeps what the daemons keep and the question does not need: whom each node knows, what it was last
 * told of them, the ring before, the order of the rings' numbers. Then it tells apart the states that explore does.
 *
 *   spin -a -DNODES=4 -DTIE_BREAKER=1 -DMEMORY=1 cluster.pml    NODES: 4 or 5; TIE_BREAKER: of an even number of nodes
 *
 * One event is one step of the model (a d_step), so that a breadth-first search counts its depth in events.
 */
#ifndef NODES
#define NODES 4
#endif
#ifndef TIE_BREAKER
#define TIE_BREAKER 0
#endif
#ifndef MEMORY
#define MEMORY 0
#endif

#define EXPECTED_VOTES NODES
#define QUORUM ((EXPECTED_VOTES + 2) / 2)
#define BIT(node) (1 << (node))
#define ALL (BIT(NODES) - 1)
#define COUNT(set) (((set) & 1) + ((set) >> 1 & 1) + ((set) >> 2 & 1) + ((set) >> 3 & 1) + ((set) >> 4 & 1))
#define HAS(set, node) (((set) >> (node)) & 1)

byte up = ALL;      /* sets of nodes are bits */
byte quorate = ALL;
byte group[NODES];  /* which part of the network a node is in, up or not */
byte ring[NODES];   /* the nodes that are up in the same part; none: it is down */
#if TIE_BREAKER || MEMORY
byte lowest[NODES]; /* 1 + the lowest node of the last ring in which the node was quorate by votes; 0: none yet */
#endif
#if MEMORY
byte highest[NODES];  /* the highest, likewise */
byte known[NODES];    /* the nodes of which a node has a record */
byte told[NODES];     /* of these, the ones that said they were quorate when they last joined a ring with it */
byte previous[NODES]; /* how many were in the ring before */
byte sequence[NODES]; /* of the last ring, kept on disk: its rank among all nodes' */
byte first = 0;       /* the nodes that were never in a ring of more than one */
short used;           /* for loops: 0 between events */
#endif
bool breached;      /* what follows a breach is not looked at, as in votesim explore */
byte node, other, joined; /* for loops: 0 between events */

#define TOGETHER(node, other) ((HAS(up, other) && group[node] == group[other]) << (other))
#if NODES == 4
#define EACH(what) what(0) what(1) what(2) what(3)
#define RING(node) (TOGETHER(node, 0) | TOGETHER(node, 1) | TOGETHER(node, 2) | TOGETHER(node, 3))
#else
#define EACH(what) what(0) what(1) what(2) what(3) what(4)
#define RING(node) (TOGETHER(node, 0) | TOGETHER(node, 1) | TOGETHER(node, 2) | TOGETHER(node, 3) | TOGETHER(node, 4))
#endif

/* 1 + the lowest node of a set that is not empty. */
#define LOWEST(set) (HAS(set, 0) -> 1 : (HAS(set, 1) -> 2 : (HAS(set, 2) -> 3 : (HAS(set, 3) -> 4 : 5))))

#define HIGHEST(set) (HAS(set, 4) -> 5 : (HAS(set, 3) -> 4 : (HAS(set, 2) -> 3 : (HAS(set, 1) -> 2 : 1))))

#if MEMORY
/* What the ring `joined` changes at all its nodes but for their decision; at its lowest node. */
inline remember() {
	used = 0;
	other = 0;
	do
	:: other < NODES ->
		if
		:: HAS(joined, other) && sequence[other] >= used -> used = sequence[other] + 1
		:: else
		fi;
		other++
	:: else -> break
	od;
	other = 0;
	do
	:: other < NODES ->
		if
		:: HAS(joined, other) ->
			sequence[other] = used;
			previous[other] = COUNT(ring[other]);
			known[other] = known[other] | (joined & ~BIT(other));
			told[other] = (told[other] & ~joined) | (quorate & joined & ~BIT(other));
		:: else
		fi;
		other++
	:: else -> break
	od;
	other = 0;
	used = 0;
	first = (COUNT(joined) > 1 -> first & ~joined : first)
}

#define USED(node) (1 << sequence[node])
#define RANK(node) sequence[node] = COUNT(used & (USED(node) - 1)) + COUNT((used & (USED(node) - 1)) >> 5);

inline rank() {
#if NODES == 4
	used = USED(0) | USED(1) | USED(2) | USED(3);
#else
	used = USED(0) | USED(1) | USED(2) | USED(3) | USED(4);
#endif
	EACH(RANK)
	used = 0
}

inline forget(node) {
	highest[node] = 0;
	known[node] = 0;
	told[node] = 0;
	previous[node] = 0;
	first = first & ~BIT(node)
}

/* Before any node has decided anew. */
inline remember_rings() {
	do
	:: node < NODES ->
		joined = RING(node);
		if
		:: HAS(up, node) && joined != ring[node] && LOWEST(joined) == node + 1 -> remember()
		:: else
		fi;
		node++
	:: else -> break
	od;
	node = 0;
	rank()
}
#endif

/* votequorum's decision, at a node that moved from ring[node] to the ring `joined`. */
inline decide() {
	quorate = quorate & ~BIT(node);
	if
	:: COUNT(joined) >= QUORUM ->
		quorate = quorate | BIT(node);
#if MEMORY
		highest[node] = HIGHEST(joined);
#endif
#if TIE_BREAKER || MEMORY
		lowest[node] = LOWEST(joined)
#endif
#if TIE_BREAKER
	:: COUNT(joined) == EXPECTED_VOTES / 2 && COUNT(ring[node]) - COUNT(joined) < QUORUM && lowest[node] > 0 &&
	   HAS(joined, lowest[node] - 1) ->
		quorate = quorate | BIT(node)
#endif
	:: else
	fi
}

/* Every node that is in another ring than before decides anew; a node that is down remembers nothing. */
inline settle() {
#if MEMORY
	remember_rings();
#endif
	do
	:: node < NODES ->
		joined = RING(node);
		if
		:: !HAS(up, node) ->
			ring[node] = 0;
			quorate = quorate & ~BIT(node);
#if MEMORY
			forget(node);
#endif
#if TIE_BREAKER || MEMORY
			lowest[node] = 0
#endif
		:: HAS(up, node) && joined != ring[node] ->
			decide();
			ring[node] = joined
		:: else
		fi;
		node++
	:: else -> break
	od;
	node = 0;
	joined = 0
}

/* The nodes of a ring agree on whether it is quorate, and no other ring is. */
inline judge() {
	do
	:: node < NODES ->
		if
		:: HAS(quorate, node) && quorate != ring[node] ->
			breached = true;
			joined = joined | (quorate & ~ring[node])
		:: else
		fi;
		node++
	:: else -> break
	od;
	assert(joined == 0); /* at most one component is quorate */
	node = 0;
	joined = 0
}

/* After a breach all states are one. */
inline stop() {
	if
	:: breached ->
		up = 0;
		quorate = 0;
		do
		:: node < NODES ->
			group[node] = 0;
			ring[node] = 0;
#if TIE_BREAKER || MEMORY
			lowest[node] = 0;
#endif
#if MEMORY
			forget(node);
			sequence[node] = 0;
#endif
			node++
		:: else -> break
		od;
		node = 0
	:: else
	fi
}

#define EVENT(possible, effect) :: d_step { !breached && (possible) -> effect; settle(); judge(); stop() }
#define DOWN(node) EVENT(HAS(up, node), up = up & ~BIT(node))
/* A starting node is in a ring alone before it joins others. */
#if MEMORY
#define START(node) EVENT(!HAS(up, node), up = up | BIT(node); first = first | BIT(node); sequence[node]++; \
			  ring[node] = (RING(node) == BIT(node) -> 0 : BIT(node)))
#else
#define START(node) EVENT(!HAS(up, node), up = up | BIT(node))
#endif

/* Partitions as in sim/explore/events.c: node 0 is in group 0, each further node in a group of a node before it or in
 * the next new one. SPLIT_n_m: n nodes have no group yet, m groups there are. */
#if NODES == 4
#define PARTITION(a, b, c, d) EVENT(true, group[0] = a; group[1] = b; group[2] = c; group[3] = d)
#define PARTITIONS SPLIT_3_1(0)
#else
#define PARTITION(a, b, c, d, e) EVENT(true, group[0] = a; group[1] = b; group[2] = c; group[3] = d; group[4] = e)
#define PARTITIONS SPLIT_4_1(0)
#endif
#define SPLIT_1_1(...) PARTITION(__VA_ARGS__, 0) PARTITION(__VA_ARGS__, 1)
#define SPLIT_1_2(...) SPLIT_1_1(__VA_ARGS__) PARTITION(__VA_ARGS__, 2)
#define SPLIT_1_3(...) SPLIT_1_2(__VA_ARGS__) PARTITION(__VA_ARGS__, 3)
#define SPLIT_1_4(...) SPLIT_1_3(__VA_ARGS__) PARTITION(__VA_ARGS__, 4)
#define SPLIT_2_1(...) SPLIT_1_1(__VA_ARGS__, 0) SPLIT_1_2(__VA_ARGS__, 1)
#define SPLIT_2_2(...) SPLIT_1_2(__VA_ARGS__, 0) SPLIT_1_2(__VA_ARGS__, 1) SPLIT_1_3(__VA_ARGS__, 2)
#define SPLIT_2_3(...) SPLIT_1_3(__VA_ARGS__, 0) SPLIT_1_3(__VA_ARGS__, 1) SPLIT_1_3(__VA_ARGS__, 2) SPLIT_1_4(__VA_ARGS__, 3)
#define SPLIT_3_1(...) SPLIT_2_1(__VA_ARGS__, 0) SPLIT_2_2(__VA_ARGS__, 1)
#define SPLIT_3_2(...) SPLIT_2_2(__VA_ARGS__, 0) SPLIT_2_2(__VA_ARGS__, 1) SPLIT_2_3(__VA_ARGS__, 2)
#define SPLIT_4_1(...) SPLIT_3_1(__VA_ARGS__, 0) SPLIT_3_2(__VA_ARGS__, 1)

active proctype environment() {
	d_step {
		do
		:: node < NODES ->
			ring[node] = ALL;
#if TIE_BREAKER || MEMORY
			lowest[node] = 1;
#endif
#if MEMORY
			highest[node] = NODES;
			known[node] = ALL & ~BIT(node);
			previous[node] = 1;
#endif
			node++
		:: else -> break
		od;
		node = 0
	}
end:	do
	EACH(DOWN)  /* a crash */
	EACH(DOWN)  /* a clean stop: the same once all has settled, and an event of its own */
	EACH(START)
	PARTITIONS  /* a heal is the one of one group */
	EVENT(true, skip) /* time passes; no timer bears on this */
	od
}
