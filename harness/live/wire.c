/*
 * wire.c - the network of one cluster: takes each packet from one node to another, late or not at all.
 *
 * Kernels without netem cannot delay packets, and no bridge cuts one direction. This process reads what leaves each
 * node at the switch's end of its link, finds the receiver in the packet's address, and hands it over when its
 * time has come. Checksums travel as the kernel left them (PACKET_VNET_HDR), for it computes them only at a real wire.
 *
 * usage: wire ADDRESS=INTERFACE…    node i (from 0) has IPv4 ADDRESS and its link ends at INTERFACE
 * Commands on standard input, each answered by a line `ok`; at first everything is whole and takes no time:
 *   group NODE NUMBER                                     nodes of one group reach each other
 *   link FROM TO UP LATENCY_US JITTER_US LOSS_PPM         one direction of one path; jitter is drawn evenly from 0 to this
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	NODES_MAX = 64,
	FRAME_MAX = 1 << 16,
	WAITING_MAX = 100000, /* more packets under way than any cluster has: those that come then are lost */
	LINE_MAX_BYTES = 256,
	IP_TARGET = ETHER_HDR_LEN + 16,
	ARP_TARGET = ETHER_HDR_LEN + 24,
	MILLION = 1000000
};

struct link {
	bool up;
	uint32_t latency_us, jitter_us, loss_ppm;
};

struct packet {
	struct packet *next;
	int64_t due_ns;
	int to;
	size_t length;
	unsigned char bytes[];
};

static int count;
static uint32_t addresses[NODES_MAX];
static int sockets[NODES_MAX];
static int groups[NODES_MAX];
static struct link links[NODES_MAX][NODES_MAX];
static struct packet *waiting; /* by due_ns; of equal ones the earlier first */
static size_t waiting_count;
static uint64_t drawn = 88172645463325252U; /* xorshift64 */

static void die(const char *what)
{
	fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static uint32_t draw(uint32_t below)
{
	drawn ^= drawn << 13;
	drawn ^= drawn >> 7;
	drawn ^= drawn << 17;
	return (uint32_t)((drawn >> 32) % below);
}

static int open_port(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0), on = 1, size = 1 << 22;
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)if_nametoindex(interface)};
	if (fd < 0 || !at.sll_ifindex || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) ||
	    bind(fd, (struct sockaddr *)&at, sizeof at))
		die(interface);
	return fd;
}

static void start(int argc, char **argv)
{
	for (count = 0; count + 1 < argc && count < NODES_MAX; count++) {
		char *interface = strchr(argv[count + 1], '=');
		if (!interface)
			die(argv[count + 1]);
		*interface++ = '\0';
		addresses[count] = inet_addr(argv[count + 1]);
		sockets[count] = open_port(interface);
		for (int to = 0; to < NODES_MAX; to++)
			links[count][to] = (struct link){.up = true};
	}
}

/* Who has which address is asked and answered both ways: a direction that is cut or loses packets must not take the other
 * with it. */
static bool asks_for_address(const unsigned char *frame)
{
	uint16_t type;
	memcpy(&type, frame + 2 * (size_t)ETHER_ADDR_LEN, sizeof type);
	return ntohs(type) == ETHERTYPE_ARP;
}

/* The node that a frame is for, -1 when it is for none: what is not IPv4 or ARP has no address here. */
static int receiver(const unsigned char *frame, size_t length)
{
	uint16_t type;
	uint32_t target;
	memcpy(&type, frame + 2 * (size_t)ETHER_ADDR_LEN, sizeof type);
	size_t at = asks_for_address(frame) ? ARP_TARGET : IP_TARGET;
	if ((ntohs(type) != ETHERTYPE_IP && !asks_for_address(frame)) || length < at + sizeof target)
		return -1;
	memcpy(&target, frame + at, sizeof target);
	for (int node = 0; node < count; node++)
		if (addresses[node] == target)
			return node;
	return -1;
}

static void enqueue(int from, int to, const unsigned char *bytes, size_t length)
{
	const struct link *link = &links[from][to];
	bool lost = !link->up || draw(MILLION) < link->loss_ppm;
	if (groups[from] != groups[to] || waiting_count == WAITING_MAX ||
	    (lost && !asks_for_address(bytes + sizeof(struct virtio_net_hdr))))
		return;
	struct packet *packet = malloc(sizeof *packet + length);
	if (!packet)
		die("packet");
	*packet = (struct packet){.to = to, .length = length};
	packet->due_ns = now_ns() + 1000LL * (link->latency_us + draw(link->jitter_us + 1));
	memcpy(packet->bytes, bytes, length);
	struct packet **place = &waiting;
	while (*place && (*place)->due_ns <= packet->due_ns)
		place = &(*place)->next;
	packet->next = *place;
	*place = packet;
	waiting_count++;
}

static void take_in(int from)
{
	static unsigned char bytes[FRAME_MAX];
	for (ssize_t got; (got = read(sockets[from], bytes, sizeof bytes)) > 0;) {
		size_t head = sizeof(struct virtio_net_hdr), length = (size_t)got;
		int to = length > head + ETHER_HDR_LEN ? receiver(bytes + head, length - head) : -1;
		if (to >= 0 && to != from)
			enqueue(from, to, bytes, length);
	}
}

static void hand_over_due(void)
{
	while (waiting && waiting->due_ns <= now_ns()) {
		struct packet *packet = waiting;
		waiting = packet->next;
		waiting_count--;
		/* A node whose interface is gone or full loses it, as on any wire. */
		ssize_t sent = write(sockets[packet->to], packet->bytes, packet->length);
		(void)sent;
		free(packet);
	}
}

static bool obey(const char *line)
{
	int from, to, up;
	struct link link;
	if (sscanf(line, "group %d %d", &from, &to) == 2 && from >= 0 && from < count) {
		groups[from] = to;
		return true;
	}
	if (sscanf(line, "link %d %d %d %u %u %u", &from, &to, &up, &link.latency_us, &link.jitter_us,
		   &link.loss_ppm) != 6 ||
	    from < 0 || from >= count || to < 0 || to >= count)
		return false;
	link.up = up;
	links[from][to] = link;
	return true;
}

static void read_commands(void)
{
	static char held[LINE_MAX_BYTES];
	static size_t length;
	ssize_t got = read(STDIN_FILENO, held + length, sizeof held - 1 - length);
	if (got <= 0)
		exit(0);
	length += (size_t)got;
	held[length] = '\0';
	for (char *end; (end = strchr(held, '\n'));) {
		*end = '\0';
		puts(obey(held) ? "ok" : "error");
		length -= (size_t)(end - held) + 1;
		memmove(held, end + 1, length + 1);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	start(argc, argv);
	puts("ok");
	fflush(stdout);
	for (;;) {
		struct pollfd ready[NODES_MAX + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};
		for (int node = 0; node < count; node++)
			ready[node + 1] = (struct pollfd){.fd = sockets[node], .events = POLLIN};
		int64_t left_ns = waiting ? waiting->due_ns - now_ns() : 0;
		struct timespec left = {.tv_sec = left_ns > 0 ? left_ns / 1000000000LL : 0,
					.tv_nsec = left_ns > 0 ? left_ns % 1000000000LL : 0};
		if (ppoll(ready, (nfds_t)count + 1, waiting ? &left : NULL, NULL) < 0)
			continue;
		hand_over_due();
		for (int node = 0; node < count; node++)
			if (ready[node + 1].revents)
				take_in(node);
		if (ready[0].revents)
			read_commands();
		hand_over_due();
	}
}
