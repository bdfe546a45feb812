/*
 * What is wrong in a file, and the exact words it is told in: one row a
 * mistake, the text and then its message without the file's name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/scenario/scenario.h"

struct row {
	const char *text;
	size_t size;
	const char *message;
};

#define MISTAKE(text) text, sizeof(text) - 1
#define HEAD "scenario: s\ncluster: {nodes: 3}\nsteps:\n"
#define TRACK "  - trackstart: {node: 1, client: a, flags: CHANGES}\n"
#define CLUSTER(section) "scenario: s\ncluster: " section "\nsteps: [{start: all}]\n"

/* clang-format off */
static const struct row rows[] = {
	{MISTAKE(""),
	 "1:1: an empty file: a scenario is expected"},
	{MISTAKE("# nothing\n"),
	 "1:1: an empty file: a scenario is expected"},
	{MISTAKE("---\n"),
	 "2:1: an empty document: a scenario is expected"},
	{MISTAKE("- a\n"),
	 "1:1: a scenario: expected a mapping of keys such as scenario, cluster and steps, found "
	 "a list"},
	{MISTAKE("hello\n"),
	 "1:1: a scenario: expected a mapping of keys such as scenario, cluster and steps, found "
	 "'hello'"},
	{MISTAKE(HEAD "\t- start: all\n"),
	 "4:1: a tab in the indentation: YAML indents by spaces only"},
	{MISTAKE("scenario: s\n" "cluster:\n" "\tnodes: 3\n" "steps: []\n"),
	 "3:1: a tab in the indentation: YAML indents by spaces only"},
	{MISTAKE("scenario: \001\n"),
	 "1:11: not text: a control character (U+0001)"},
	{MISTAKE("scenario: \377\n"),
	 "1:11: not text: byte 0xff is no UTF-8"},
	{MISTAKE("scen\000ario: s\n"),
	 "1:5: not text: a control character (U+0000)"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 3\n" "steps:\n" "  - start: all\n"),
	 "3:6: not YAML: did not find expected ',' or '}' while parsing a flow mapping that "
	 "begins on line 2"},
	{MISTAKE(HEAD "  - start: all\n" "    expect: {quorate: {1: true}}\n" "      settle: false\n"),
	 "6:7: not YAML: indented by 6, but the mapping around it, which begins on line 4, by 4"},
	{MISTAKE(HEAD "  - start: all\n" " - heal: all\n"),
	 "5:2: not YAML: indented by 1, but the mapping around it, which begins on line 1, by 0"},
	{MISTAKE(HEAD "  start: all\n" "  - heal: all\n"),
	 "5:3: not YAML: an item of a list among the keys of the mapping that begins on line 4"},
	{MISTAKE(HEAD "  - votequorum_trackstart: {node: 1}\n"),
	 "4:5: unknown key in a step: 'votequorum_trackstart': did you mean 'trackstart'?"},
	{MISTAKE(HEAD "  - sleep: 5s\n"), "4:5: unknown key in a step: 'sleep': did you mean 'wait'?"},
	{MISTAKE(HEAD "  - split: [[1], [2]]\n"), "4:5: unknown key in a step: 'split': did you mean 'partition'?"},
	{MISTAKE(HEAD "  - start: all\n    expect: {split_brain: No}\n"),
	 "5:27: split_brain: 'No' is a text in YAML 1.2: write false"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, flags: CHANGES|CURRENT}\n"),
	 "4:34: 'CHANGES|CURRENT' is no flag: write several as a list, [CURRENT, CHANGES]"},
	{MISTAKE("scenario: a: b\n"),
	 "1:12: not YAML: a second ': ' on the line: a text with ': ' in it is to stand in quotes"},
	{MISTAKE("scenario: \"a\\nb\"\n"),
	 "1:11: scenario: a control character (U+000A): one line of words is expected"},
	{MISTAKE("scenario: \"a\\e[31mb\"\n"),
	 "1:11: scenario: a control character (U+001B): one line of words is expected"},
	{MISTAKE(HEAD "  - start: all\n    name: \"a\\Lb\"\n"),
	 "5:11: name: a control character (U+2028): one line of words is expected"},
	{MISTAKE("\xef\xbb\xbf" "scenario: s\nclutser: {}\n"),
	 "2:1: unknown key in the scenario: 'clutser': did you mean 'cluster'?"},
	{MISTAKE("\xef\xbb\xbf" "scenaro: s\n"), "1:1: unknown key in the scenario: 'scenaro': did you mean 'scenario'?"},
	{MISTAKE("scenario: s\nseed: [1]\n"), "2:7: seed: expected a number or a text, found a list"},
	{MISTAKE(HEAD "  - qdevice_poll: {node: 1, name: Q, cast: 1}\n"),
	 "4:38: unknown key in qdevice_poll: 'cast': did you mean 'cast_vote'?"},
	{MISTAKE(HEAD "  - wait: 5 s\n"),
	 "4:11: wait: a blank in '5 s': a unit follows its number at once"},
	{MISTAKE(HEAD "  - reload: all\n"),
	 "4:13: reload: expected a mapping with quorum or nodes or on, found 'all'"},
	{MISTAKE(HEAD "  - setvotes: 3\n"),
	 "4:15: setvotes: expected a mapping with node and of and votes, found the number 3"},
	{MISTAKE("scenario: *x\n"),
	 "1:11: nothing above is marked &x"},
	{MISTAKE("scenario: s\n" "tags: &a [*a]\n"),
	 "2:11: *a stands inside of what it means"},
	{MISTAKE("scenario: !foo s\n"),
	 "1:11: tags such as '!foo' have no meaning here"},
	{MISTAKE("scenario: s\n" "? [a]\n" ": b\n"),
	 "2:3: a list as a key: a key is a word or a number"},
	{MISTAKE("scenario: s\n" "scenario: t\n"),
	 "2:1: duplicate key 'scenario': it stands on line 1 already"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 1}\n" "steps: [{start: all}]\n" "---\n" "scenaro: t\n"),
	 "5:1: unknown key in the scenario: 'scenaro': did you mean 'scenario'?"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 3}\n" "stpes: []\n"),
	 "3:1: unknown key in the scenario: 'stpes': did you mean 'steps'?"},
	{MISTAKE("scenario: s\n" "foo: 1\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:1: unknown key in the scenario: 'foo': expected one of scenario, description, tags, "
	 "findings, matrix, seed, choices, cluster, totem, network, steps"},
	{MISTAKE("cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "1:1: the scenario: missing key 'scenario'"},
	{MISTAKE("scenario: s\n" "steps: [{start: all}]\n"),
	 "1:1: the scenario: missing key 'cluster'"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 3}\n"),
	 "1:1: the scenario: missing key 'steps'"},
	{MISTAKE("scenario:\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "1:10: scenario: expected text, found nothing"},
	{MISTAKE("scenario: [a]\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "1:11: scenario: expected text, found a list"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 3}\n" "steps: []\n"),
	 "3:8: steps: there is none"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 3}\n" "steps: {start: all}\n"),
	 "3:8: steps: expected a list of steps, found a mapping"},
	{MISTAKE("scenario: s\n" "choices: {ordr: {1: 1}}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:11: unknown key in choices: 'ordr': did you mean 'order'?"},
	{MISTAKE("scenario: s\n" "choices: {order: 5}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:18: order: expected a mapping of numbers of questions to what is picked, found the number 5"},
	{MISTAKE("scenario: s\n" "choices: {move: {x: 1}}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:18: move: expected which question it is, counted from 0, or all, found 'x'"},
	{MISTAKE("scenario: s\n" "choices: {move: {1: 1, +1: 2}}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:24: move: question 1 stands here twice"},
	{MISTAKE("scenario: s\n" "choices: {move: {4294967295: 1}}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:18: move: expected which question it is, counted from 0, or all, found the number 4294967295"},
	{MISTAKE("scenario: s\n" "choices: {move: {1: -1}}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:21: move: -1 is out of range: 0 to 4294967295"},
	{MISTAKE("scenario: s\n" "seed: -1\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:7: seed: a number is 0 to 18446744073709551615"},
	{MISTAKE("scenario: s\n" "tags: {a: b}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:7: tags: expected a list of words, found a mapping"},
	{MISTAKE("scenario: s\n" "network: {loss: 5}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:17: loss: 5 is out of range: 0% to 100%, or 0 to 1"},
	{MISTAKE("scenario: s\n"
	         "network: {loss: lots}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "2:17: loss: expected a part such as 5% or 0.05, found 'lots'"},
	{MISTAKE("scenario: s\n"
	         "network: {loss: 0.00000001}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "2:17: loss: 0.00000001 is finer than a millionth"},
	{MISTAKE("scenario: s\n"
	         "network: {latency: 5}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "2:20: latency: 5 needs a unit: write 5ms, 5s or 5m"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, in_callback: getinf}\n"),
	 "4:40: unknown call from inside a callback 'getinf': did you mean 'getinfo'?"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, in_callback: dispatch}\n"),
	 "4:40: unknown call from inside a callback 'dispatch': expected one of none, getinfo, "
	 "qdevice_poll, finalize, trackstop"},
	{MISTAKE(HEAD "  - trackstart: {node: 1}\n" "  - trackstop: {node: 1, in_callback: getinfo}\n"),
	 "5:39: in_callback: client 'client' was made on line 4 without that: its first use decides"},
	{MISTAKE("findings: I2\n" HEAD "  - start: all\n"),
	 "1:11: findings: expected a list of rules that the run breaches, found 'I2'"},
	{MISTAKE("findings: [I2, [I3]]\n" HEAD "  - start: all\n"),
	 "1:16: findings: expected text, found a list"},
	{MISTAKE("findings: [I2, votes, I2]\n" HEAD "  - start: all\n"),
	 "1:23: findings: 'I2' stands here twice"},
	{MISTAKE("scenario: s\n" "totem: {token: 0}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:16: token: it cannot be 0"},
	{MISTAKE("scenario: s\n"
	         "totem: {token: 1500us}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "2:16: token: 1500us is no whole number of milliseconds"},
	{MISTAKE("scenario: s\n" "totem: {tokn: 1s}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:9: unknown key in totem: 'tokn': did you mean 'token'?"},
	{MISTAKE(CLUSTER("{nodes: 0}")),
	 "2:18: nodes: 0 is out of range: 1 to 384"},
	{MISTAKE(CLUSTER("{nodes: 385}")),
	 "2:18: nodes: 385 is out of range: 1 to 384; 'capacity: 385' in cluster raises that"},
	{MISTAKE(CLUSTER("{nodes: 5000}")),
	 "2:18: nodes: 5000 is out of range: 1 to 384; 'capacity' in cluster raises that, up to 4096"},
	{MISTAKE(CLUSTER("{nodes: 5000, capacity: 4096}")),
	 "2:18: nodes: 5000 is out of range: 1 to 4096"},
	{MISTAKE(CLUSTER("{nodes: [1, 2, 3], capacity: 2}")),
	 "2:18: nodes: 3 nodes are out of range: 1 to 2; 'capacity: 3' in cluster raises that"},
	{MISTAKE(CLUSTER("{nodes: 3, capacity: 4097}")),
	 "2:31: capacity: 4097 is out of range: 1 to 4096"},
	{MISTAKE(CLUSTER("{nodes: 3, capacity: many}")),
	 "2:31: capacity: expected a number, found 'many'"},
	{MISTAKE(CLUSTER("{nodes: three}")),
	 "2:18: nodes: expected a number, found 'three'"},
	{MISTAKE(CLUSTER("{nodes: \"3\"}")),
	 "2:18: nodes: expected a number, found the text '3' in quotes"},
	{MISTAKE(CLUSTER("{quorum: {}}")),
	 "2:10: cluster: missing key 'nodes' (or 'corosync_conf')"},
	{MISTAKE(CLUSTER("{nodes: [{nodeid: 2}, {nodeid: 2}]}")),
	 "2:32: nodes: node 2 is listed twice"},
	{MISTAKE(CLUSTER("{nodes: [{nodeid: 0}]}")),
	 "2:28: nodeid: 0 is out of range: 1 to 4294967295"},
	{MISTAKE(CLUSTER("{nodes: [{quorum_votes: 1}]}")),
	 "2:19: a node: missing key 'nodeid'"},
	{MISTAKE(CLUSTER("{nodes: [{nodeid: 1, quorum_votes: -1}]}")),
	 "2:45: quorum_votes: -1 is out of range: 0 to 4294967295"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {wait_for_al: 1}}")),
	 "2:30: unknown key in quorum: 'wait_for_al': did you mean 'wait_for_all'?"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {two_node: yes}}")),
	 "2:40: two_node: 'yes' is a text in YAML 1.2: write true"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {two_node: 2}}")),
	 "2:40: two_node: expected 0, 1, true or false, found the number 2"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {expected_votes: 4294967296}}")),
	 "2:46: expected_votes: 4294967296 is out of range: 0 to 4294967295"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {provider: foo}}")),
	 "2:40: provider: the only one here is corosync_votequorum"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {device: {modl: net}}}")),
	 "2:39: unknown key in device: 'modl': did you mean 'model'?"},
	{MISTAKE(CLUSTER("{nodes: 3, quirks: {record-ordr: false}}")),
	 "2:30: unknown quirk 'record-ordr': did you mean 'record-order'?"},
	{MISTAKE(CLUSTER("{nodes: 3, quirks: {record-order: off}}")),
	 "2:44: record-order: 'off' is a text in YAML 1.2: write false"},
	{MISTAKE(CLUSTER("{nodes: 3, profile: documentd}")),
	 "2:30: unknown profile 'documentd': did you mean 'documented'?"},
	{MISTAKE(CLUSTER("{corosync_conf: none.conf}")),
	 "2:26: corosync_conf: none.conf: there is no such file"},
	{MISTAKE(CLUSTER("{corosync_conf: .}")),
	 "2:26: corosync_conf: .: it is a directory"},
	{MISTAKE(CLUSTER("{corosync_conf: a.conf, quorum: {two_node: 1}}")),
	 "2:42: quorum: the file that corosync_conf names says that: give one of them"},
	{MISTAKE(CLUSTER("{nodes: [{nodeid: 1, quorum_votes: 2}], nodelist: false}")),
	 "2:19: quorum_votes: there is no nodelist to say it in: use quorum: {votes: \342\200\246}"},
	{MISTAKE(HEAD "  - start: ${n}\n"),
	 "4:12: ${n} has no value: there is no matrix"},
	{MISTAKE("scenario: s\n"
	         "matrix: {nodes: [3]}\n"
	         "cluster: {nodes: ${node}}\n"
	         "steps: [{start: all}]\n"),
	 "3:18: unknown matrix name 'node': did you mean 'nodes'? [nodes=3]"},
	{MISTAKE("scenario: s\n" "matrix: {n: [3]}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:10: matrix: n is never used: ${n} stands nowhere"},
	{MISTAKE("scenario: s\n" "matrix: {n: 3}\n" "cluster: {nodes: ${n}}\n" "steps: [{start: all}]\n"),
	 "2:13: matrix: expected a list of values for n"},
	{MISTAKE("scenario: s\n" "matrix: [3]\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:9: matrix: expected a mapping of names to lists of values"},
	{MISTAKE("scenario: s\n" "matrix: {n: []}\n" "cluster: {nodes: ${n}}\n" "steps: [{start: all}]\n"),
	 "2:13: matrix: expected a list of values for n"},
	{MISTAKE("scenario: s\n" "matrix: {1n: [3]}\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:10: matrix: '1n' is no name: letters, digits, _, - and ., a letter first"},
	{MISTAKE("scenario: s\n"
	         "matrix: {n: [3, 0]}\n"
	         "cluster: {nodes: ${n}}\n"
	         "steps: [{start: all}]\n"),
	 "3:18: nodes: 0 is out of range: 1 to 384 [n=0]"},
	{MISTAKE("scenario: s-${n}\n"
	         "matrix: {n: [[1]]}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "1:11: a matrix value that is a list cannot stand inside of a text [n=[1]]"},
	{MISTAKE("scenario: s ${a}\n"
	         "matrix: {a: [\"${a}\"]}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "2:13: matrix: the values of a cannot use ${\342\200\246} themselves"},
	{MISTAKE("scenario: s\n"
	         "matrix: {n: [1]}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all, expect: {quorate: {1: true, ${n}: true}}}]\n"),
	 "4:50: duplicate key '1': it stands on line 4 already [n=1]"},
	{MISTAKE(HEAD "  - heal\n"),
	 "4:5: steps: expected a step such as 'start: all', found 'heal'"},
	{MISTAKE(HEAD "  - name: x\n"),
	 "4:5: a step that does nothing: it has no verb and no expect"},
	{MISTAKE(HEAD "  - start: 1\n" "    stop: 2\n"),
	 "5:5: two verbs in one step: 'start' and 'stop': make it two steps"},
	{MISTAKE(HEAD "  - strat: all\n"),
	 "4:5: unknown key in a step: 'strat': did you mean 'start'?"},
	{MISTAKE(HEAD "  - frobnicate: all\n"),
	 "4:5: unknown key in a step: 'frobnicate': expected one of name, at, after, settle, "
	 "expect, start, stop, crash, pause, resume, partition, heal, link, reload, "
	 "cancel_wait_for_all, wait, fault, initialize, finalize, dispatch, fd_get, context_get, "
	 "context_set, getinfo, setexpected, setvotes, trackstart, trackstop, qdevice_register, "
	 "qdevice_unregister, qdevice_update, qdevice_poll, qdevice_master_wins, kill, inject"},
	{MISTAKE(HEAD "  - {start: 1, at: 1s, after: 1s}\n"),
	 "4:31: 'at' and 'after' in one step: say when it begins once"},
	{MISTAKE(HEAD "  - wait: 5s\n" "  - {start: 1, at: 1s}\n"),
	 "5:20: at: 1s has passed when the steps before are done"},
	{MISTAKE(HEAD "  - wait: 5\n"),
	 "4:11: wait: 5 needs a unit: write 5ms, 5s or 5m"},
	{MISTAKE(HEAD "  - wait: 5sec\n"),
	 "4:11: unknown unit in wait: 'sec': expected one of ns, us, ms, s, m, h"},
	{MISTAKE(HEAD "  - wait: 5S\n"),
	 "4:11: unknown unit in wait: 'S': did you mean 's'?"},
	{MISTAKE(HEAD "  - wait: -5s\n"),
	 "4:11: wait: a duration cannot be negative"},
	{MISTAKE(HEAD "  - wait: long\n"),
	 "4:11: wait: expected a duration such as 1500ms, 2s or 1m, found 'long'"},
	{MISTAKE(HEAD "  - wait: [1s]\n"),
	 "4:11: wait: expected a duration such as 1500ms, 2s or 1m, found a list"},
	{MISTAKE(HEAD "  - wait: 0.5ns\n"),
	 "4:11: wait: 0.5ns is finer than a nanosecond"},
	{MISTAKE(HEAD "  - wait: 9999h\n"),
	 "4:11: wait: 9999h is more than a year"},
	{MISTAKE(HEAD "  - {start: 1, settle: no}\n"),
	 "4:24: settle: 'no' is a text in YAML 1.2: write false"},
	{MISTAKE(HEAD "  - start: 4\n"),
	 "4:12: start: there is no node 4"},
	{MISTAKE(HEAD "  - start: [1, 2, 1]\n"),
	 "4:19: start: node 1 is named twice"},
	{MISTAKE(HEAD "  - start: some\n"),
	 "4:12: start: expected all, a node's id, or a list of ids, found 'some'"},
	{MISTAKE(HEAD "  - start:\n"),
	 "4:11: start: expected all, a node's id, or a list of ids, found nothing"},
	{MISTAKE(HEAD "  - start: {node: 1}\n"),
	 "4:13: unknown key in start: 'node': did you mean 'nodes'?"},
	{MISTAKE(HEAD "  - start: {together: true}\n"),
	 "4:12: start: missing key 'nodes'"},
	{MISTAKE(HEAD "  - crash: {nodes: 1, wipe: 1}\n"),
	 "4:29: wipe: expected true or false, found the number 1"},
	{MISTAKE(HEAD "  - pause: {nodes: 1}\n"),
	 "4:12: pause: expected all, a node's id, or a list of ids, found a mapping"},
	{MISTAKE(HEAD "  - partition: [1, 2]\n"),
	 "4:17: partition: expected a list of groups, each a list of node ids, found the number 1"},
	{MISTAKE(HEAD "  - partition: [[1, 2], [2, 3]]\n"),
	 "4:26: partition: node 2 is in two groups"},
	{MISTAKE(HEAD "  - partition: [[1], [7]]\n"),
	 "4:23: partition: there is no node 7"},
	{MISTAKE(HEAD "  - heal: 1\n"),
	 "4:11: heal: expected all, found the number 1"},
	{MISTAKE(HEAD "  - link: {from: 1, to: 1, up: false}\n"),
	 "4:25: link: from and to are the same node"},
	{MISTAKE(HEAD "  - link: {from: 1, to: 2}\n"),
	 "4:11: link: nothing about it: give loss, latency or up"},
	{MISTAKE(HEAD "  - link: {from: 1, up: false}\n"),
	 "4:11: link: missing key 'to'"},
	{MISTAKE(HEAD "  - link: {from: 1, to: 2, loss: 101%}\n"),
	 "4:34: loss: 101% is out of range: 0% to 100%, or 0 to 1"},
	{MISTAKE(HEAD "  - link: {from: 1, to: 2, lost: 1%}\n"),
	 "4:28: unknown key in link: 'lost': did you mean 'loss'?"},
	{MISTAKE(HEAD "  - reload: {quorm: {}}\n"),
	 "4:14: unknown key in reload: 'quorm': did you mean 'quorum'?"},
	{MISTAKE(HEAD "  - reload: {on: [9]}\n"),
	 "4:19: on: there is no node 9"},
	{MISTAKE(HEAD "  - start: 4\n" "  - reload: {nodes: 4}\n"),
	 "4:12: start: node 4 has no corosync.conf before the reload that lists it on line 5"},
	{MISTAKE(HEAD "  - reload: {on: [4]}\n" "  - reload: {nodes: 4}\n"),
	 "4:18: on: node 4 has no corosync.conf yet"},
	{MISTAKE(HEAD "  - trackstart: 1\n"),
	 "4:17: trackstart: expected a mapping with node, found the number 1"},
	{MISTAKE(HEAD "  - trackstart: {client: a, flags: 2}\n"),
	 "4:17: trackstart: missing key 'node'"},
	{MISTAKE(HEAD "  - trackstart: {node: 9, client: a, flags: 2}\n"),
	 "4:24: node: there is no node 9"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flags: [CHANGE]}\n"),
	 "4:46: unknown flag 'CHANGE': did you mean 'CHANGES'?"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flags: FOO}\n"),
	 "4:45: unknown flag 'FOO': expected one of CURRENT, CHANGES, CHANGES_ONLY"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flags: 4294967296}\n"),
	 "4:45: flags: 4294967296 is out of range: 0 to 4294967295"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flags: }\n"),
	 "4:45: flags: expected the name of a flag, or a number, found nothing"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flags: 2, context: -1}\n"),
	 "4:57: context: -1 is out of range: 0 to 18446744073709551615"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, client: a, flgs: 2}\n"),
	 "4:38: unknown key in trackstart: 'flgs': did you mean 'flags'?"},
	{MISTAKE(HEAD "  - setexpected: {node: 1, client: a}\n"),
	 "4:18: setexpected: missing key 'votes'"},
	{MISTAKE(HEAD "  - setvotes: {node: 1, client: a, votes: 2}\n"),
	 "4:15: setvotes: missing key 'of'"},
	{MISTAKE(HEAD "  - qdevice_poll: {node: 1, client: a, name: q, ring: old}\n"),
	 "4:55: unknown ring 'old': expected one of current, stale"},
	{MISTAKE(HEAD "  - qdevice_poll: {node: 1, client: a, name: q, ring: {seq: 1}}\n"),
	 "4:55: ring: both nodeid and seq are needed"},
	{MISTAKE(HEAD "  - qdevice_poll: {node: 1, client: a, name: q, ring: [1]}\n"),
	 "4:55: ring: expected {nodeid: \342\200\246, seq: \342\200\246} or [nodeid, seq], found a list"},
	{MISTAKE(HEAD
	         "  - qdevice_register: {node: 1, client: a, name: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}\n"),
	 "4:50: a device's name has at most 254 bytes"},
	{MISTAKE(HEAD "  - dispatch: {node: 1, client: a, type: SOME}\n"),
	 "4:42: unknown type 'SOME': expected one of ONE, ALL, BLOCKING, ONE_NONBLOCKING"},
	{MISTAKE(HEAD "  - dispatch: {node: 1, client: a@1}\n"),
	 "4:33: client: a name has 1 to 64 bytes and no @"},
	{MISTAKE(HEAD "  - dispatch: {node: 1, client: \"\"}\n"),
	 "4:33: client: a name has 1 to 64 bytes and no @"},
	{MISTAKE(HEAD "  - dispatch: {node: 1, client: a, dispatch: manul}\n"),
	 "4:46: unknown way to dispatch 'manul': did you mean 'manual'?"},
	{MISTAKE(HEAD TRACK "  - dispatch: {node: 1, client: a, dispatch: manual}\n"),
	 "5:46: dispatch: client 'a' was made on line 4 without that: its first use decides"},
	{MISTAKE(HEAD TRACK "  - dispatch: {node: 1, client: a, slow: 1ms}\n"),
	 "5:42: slow: client 'a' was made on line 4 without that: its first use decides"},
	{MISTAKE(HEAD TRACK "  - dispatch: {node: 1, client: a, callbacks: [quorum]}\n"),
	 "5:47: callbacks: client 'a' was made on line 4 without that: its first use decides"},
	{MISTAKE(HEAD "  - initialize: {node: 1, client: a, callbacks: [quorm]}\n"),
	 "4:50: unknown callback 'quorm': did you mean 'quorum'?"},
	{MISTAKE(HEAD "  - initialize: {node: 1, client: a, callbacks: quorum}\n"),
	 "4:49: callbacks: expected a list of nodelist, quorum and expected_votes, found 'quorum'"},
	{MISTAKE(HEAD "  - kill: {node: 1, client: a}\n"),
	 "4:29: client 'a' of node 1 was not used in any step before"},
	{MISTAKE(HEAD "  - fault: {node: 1, client: a, call: getinf, error: TRY_AGAIN}\n"),
	 "4:39: unknown library call 'getinf': did you mean 'getinfo'?"},
	{MISTAKE(HEAD "  - fault: {node: 1, client: a, error: NAME_NOT_FOUND}\n"),
	 "4:40: error: no transport brings NAME_NOT_FOUND: TRY_AGAIN, INTERRUPT, NO_MEMORY, ACCESS, "
	 "LIBRARY, NOT_SUPPORTED, MESSAGE_ERROR, INVALID_PARAM, BAD_HANDLE, NOT_EXIST, EXIST, or NO_RESOURCES of a full totem queue"},
	{MISTAKE(HEAD "  - fault: {node: 1, client: a, error: TRYAGAIN}\n"),
	 "4:40: unknown error 'TRYAGAIN': did you mean 'TRY_AGAIN'?"},
	{MISTAKE(HEAD "  - fault: {node: 1, client: a}\n"),
	 "4:12: fault: missing key 'error'"},
	{MISTAKE(HEAD "  - expect: {}\n"),
	 "4:13: expect: nothing is expected"},
	{MISTAKE(HEAD "  - expect: {quorat: {1: true}}\n"),
	 "4:14: unknown key in expect: 'quorat': did you mean 'quorate'?"},
	{MISTAKE(HEAD "  - {start: all, expect: {quorate: {4: true}}}\n"),
	 "4:37: quorate: there is no node 4"},
	{MISTAKE(HEAD "  - {start: all, expect: {quorate: {1: maybe}}}\n"),
	 "4:40: quorate: expected 0, 1, true or false, found 'maybe'"},
	{MISTAKE(HEAD "  - {start: all, expect: {quorate: true}}\n"),
	 "4:36: quorate: expected a mapping of node ids to true or false, found true"},
	{MISTAKE(HEAD "  - {start: all, expect: {quorate: {1: true, 0x1: true}}}\n"),
	 "4:46: quorate: node 1 stands here twice"},
	{MISTAKE(HEAD "  - expect: {quorate: {all: true}}\n"),
	 "4:24: all: no node is running here"},
	{MISTAKE(HEAD "  - {start: all, expect: {members: {1: 2}}}\n"),
	 "4:40: members: expected a list of node ids, found the number 2"},
	{MISTAKE(HEAD "  - {start: all, expect: {members: {1: [2, 2]}}}\n"),
	 "4:44: members: node 2 stands here twice"},
	{MISTAKE(HEAD "  - {start: all, expect: {info: {1: {node_vote: 1}}}}\n"),
	 "4:38: unknown key in info: 'node_vote': did you mean 'node_votes'?"},
	{MISTAKE(HEAD "  - {start: all, expect: {info: {1: {node_state: ded}}}}\n"),
	 "4:50: unknown state 'ded': did you mean 'dead'?"},
	{MISTAKE(HEAD "  - {start: all, expect: {info: {1: {flags: [TWO_NODE]}}}}\n"),
	 "4:46: unknown flag 'TWO_NODE': did you mean 'TWONODE'?"},
	{MISTAKE(HEAD "  - {start: all, expect: {info: {1: {of: 9}}}}\n"),
	 "4:42: of: there is no node 9"},
	{MISTAKE(HEAD "  - {start: all, expect: {callbacks: {a: []}}}\n"),
	 "4:39: unknown client 'a': no step has any"},
	{MISTAKE(HEAD
	         "  - trackstart: {node: 1, client: alpha, flags: CHANGES}\n"
	         "  - {start: all, expect: {callbacks: {alfa: []}}}\n"),
	 "5:39: unknown client 'alfa': did you mean 'alpha'?"},
	{MISTAKE(HEAD
	         TRACK
	         "  - trackstart: {node: 2, client: a, flags: CHANGES}\n"
	         "  - {start: all, expect: {callbacks: {a: []}}}\n"),
	 "6:39: client 'a' is on several nodes: write a@1 or a@2"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a@7: []}}}\n"),
	 "5:39: callbacks: there is no node 7"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a@2: []}}}\n"),
	 "5:39: unknown client 'a@2': no step has that name on node 2"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{nodlist: {}}]}}}\n"),
	 "5:44: unknown callback 'nodlist': did you mean 'nodelist'?"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [2]}}}\n"),
	 "5:43: unknown callback '2': expected one of nodelist, quorum, expected_votes"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{nodelist: {}, quorum: {}}]}}}\n"),
	 "5:43: callbacks: expected one of nodelist, quorum and expected_votes, found a mapping"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{quorum: {members: [1]}}]}}}\n"),
	 "5:53: unknown key in quorum: 'members': expected one of context, quorate, nodes"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: {quorum: {}}}}}\n"),
	 "5:42: callbacks: expected a list of callbacks, found a mapping"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{quorum: {nodes: {1: alive}}}]}}}\n"),
	 "5:64: unknown state 'alive': expected one of member, dead, leaving"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{quorum: {nodes: [1, 2]}}]}}}\n"),
	 "5:61: nodes: expected a pair [id, state], found the number 1"},
	{MISTAKE(HEAD
	         TRACK
	         "  - {start: all, expect: {callbacks: {a: [{quorum: {nodes: [[1, member], [1, dead]]}"
	         "}]}}}\n"),
	 "5:75: nodes: node 1 stands here twice"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{nodelist: {ring: 4}}]}}}\n"),
	 "5:61: ring: expected {nodeid: \342\200\246, seq: \342\200\246} or [nodeid, seq], found the number 4"},
	{MISTAKE(HEAD "  - {start: all, expect: {reply: OK}}\n"),
	 "4:34: reply: start is no library call, there is no reply to it"},
	{MISTAKE(HEAD "  - expect: {reply: OK}\n"),
	 "4:21: reply: a step of expect alone is no library call, there is no reply to it"},
	{MISTAKE(HEAD TRACK "    expect: {reply: EXISTS}\n"),
	 "5:21: unknown error 'EXISTS': did you mean 'EXIST'?"},
	{MISTAKE(HEAD TRACK "    expect: {reply: 3}\n"),
	 "5:21: reply: no error has the number 3"},
	{MISTAKE(HEAD TRACK "    expect: {reply: {quorum: 2}}\n"),
	 "5:30: reply: trackstart does not answer with 'quorum'"},
	{MISTAKE(HEAD TRACK "    expect: {reply: {context: 2}}\n"),
	 "5:31: reply: trackstart does not answer with 'context'"},
	{MISTAKE(HEAD TRACK "    expect: {reply: {eror: OK}}\n"),
	 "5:22: unknown key in reply: 'eror': did you mean 'error'?"},
	{MISTAKE(HEAD "  - {start: all, expect: {refused: {9: x}}}\n"),
	 "4:37: refused: there is no node 9"},
	{MISTAKE(HEAD "  - {start: all, expect: {refused: [1]}}\n"),
	 "4:36: refused: expected a mapping of node ids to a part of the message, found a list"},
	{MISTAKE(HEAD "  - {start: all, expect: {log: {9: x}}}\n"), "4:33: log: there is no node 9"},
	{MISTAKE(HEAD "  - {start: all, expect: {log: {1: }}}\n"), "4:36: log: expected text, found nothing"},
	{MISTAKE(HEAD "  - {start: all, expect: {log: {1: [a, b, c, d, e, f, g, h]}}}\n"),
	 "4:36: log: more than 7 lines in a step"},
	{MISTAKE(HEAD "  - inject: {node: 1, kind: nodinfo}\n"),
	 "4:29: unknown kind of message 'nodinfo': did you mean 'nodeinfo'?"},
	{MISTAKE(HEAD "  - inject: {node: 1, kind: nodeinfo, about: 1}\n"),
	 "4:13: inject: node 1 could send this: inject is for what no node sends"},
	{MISTAKE(HEAD "  - inject: {node: 1, kind: nodeinfo, cut: 21}\n"), "4:13: inject: cut: the message has 20 bytes"},
	{MISTAKE(HEAD "  - inject: {node: 9, kind: nodeinfo}\n"), "4:20: node: there is no node 9"},
	{MISTAKE(HEAD "  - {start: all, expect: {split_brain: none}}\n"),
	 "4:40: split_brain: expected true or false, found 'none'"},
	{MISTAKE(HEAD "  - wait: 5\n" "  - strat: all\n"),
	 "4:11: wait: 5 needs a unit: write 5ms, 5s or 5m"},
	{MISTAKE("scenario: s\n" "totem: {token: x}\n" "cluster: {nodes: 3}\n" "steps:\n" "  - wait: 5\n"),
	 "2:16: token: expected a duration such as 1500ms, 2s or 1m, found 'x'"},
	{MISTAKE(HEAD
	         "  - {start: all, expect: {callbacks: {a: []}}}\n"
	         "  - trackstart: {node: 1, client: a, flgs: 2}\n"),
	 "5:38: unknown key in trackstart: 'flgs': did you mean 'flags'?"},
	{MISTAKE(HEAD "  - \"st\\u001b[31m\\u202eart\": all\n"),
	 "4:5: unknown key in a step: 'st\\x1b[31m\\xe2\\x80\\xaeart': expected one of name, at, "
	 "after, settle, expect, start, stop, crash, pause, resume, partition, heal, link, "
	 "reload, cancel_wait_for_all, wait, fault, initialize, finalize, dispatch, fd_get, "
	 "context_get, context_set, getinfo, setexpected, setvotes, trackstart, trackstop, "
	 "qdevice_register, qdevice_unregister, qdevice_update, qdevice_poll, "
	 "qdevice_master_wins, kill, inject"},
	{MISTAKE(HEAD "  - {start: all, expect: {quorate: {x: true}}}\n"),
	 "4:37: quorate: expected a number, found 'x'"},
	{MISTAKE(HEAD "  - start: 1\n" "    expect:\n"),
	 "5:12: expect: expected a mapping with quorate or members or info, found nothing"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {auto_tie_breaker_node: [1, x]}}")),
	 "2:57: auto_tie_breaker_node: expected a number, found 'x'"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {auto_tie_breaker_node: {a: 1}}}")),
	 "2:53: auto_tie_breaker_node: expected a list of ids, found a mapping"},
	{MISTAKE(CLUSTER("{nodes: 3, quirks: [record-order]}")),
	 "2:29: quirks: expected a mapping of names to true or false, found a list"},
	{MISTAKE(CLUSTER("{nodes: {1: 2}}")),
	 "2:18: nodes: expected a list of nodes, or how many there are, found a mapping"},
	{MISTAKE(CLUSTER("{nodes: []}")),
	 "2:18: nodes: 0 nodes are out of range: 1 to 384"},
	{MISTAKE(CLUSTER("{nodes: 3, quorum: {last_man_standing_window: 2000h}}")),
	 "2:56: last_man_standing_window: 2000h is more than 4294967295 ms"},
	{MISTAKE(HEAD "  - qdevice_poll: {node: 1, name: q, ring: [1, 2, 3]}\n"),
	 "4:44: ring: expected {nodeid: \342\200\246, seq: \342\200\246} or [nodeid, seq], found a list"},
	{MISTAKE(HEAD "  - start: [[1]]\n"),
	 "4:13: start: expected a number, found a list"},
	{MISTAKE(HEAD "  - {getinfo: {node: 1}, expect: {reply: }}\n"),
	 "4:42: reply: expected an error's name, such as OK or TRY_AGAIN, found nothing"},
	{MISTAKE(HEAD
	         "  - {getinfo: {node: 1}, expect: {reply: {qdevice_name: xxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}}}\n"),
	 "4:57: a device's name has at most 254 bytes"},
	{MISTAKE(HEAD "  - {getinfo: {node: 1}, expect: {reply: {dispatched: 1}}}\n"),
	 "4:55: reply: getinfo does not answer with 'dispatched'"},
	{MISTAKE(HEAD "  - trackstart: {node: 1, flags: [[1]]}\n"),
	 "4:35: flags: expected the name of a flag, or a number, found a list"},
	{MISTAKE(HEAD "  - {start: all, expect: {members: {1: x}}}\n"),
	 "4:40: members: expected a list of node ids, found 'x'"},
	{MISTAKE(HEAD "  - {start: all, expect: {refused: {1: [x]}}}\n"),
	 "4:40: refused: expected text, found a list"},
	{MISTAKE(HEAD TRACK "  - {start: all, expect: {callbacks: {a: [{quorum: {nodes: 3}}]}}}\n"),
	 "5:60: nodes: expected a list of pairs [id, state], or a mapping of ids to states, found "
	 "the number 3"},
	{MISTAKE("scenario: \"\\ud800\"\n"),
	 "1:14: not YAML: found invalid Unicode character escape code while parsing a quoted "
	 "scalar that begins on line 1"},
	{MISTAKE("scenario: \"\\0\"\n"),
	 "1:11: a NUL character in a text"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 384}\n" "steps:\n" "  - reload: {nodes: [400]}\n"),
	 "4:22: nodes: more than 384 nodes; 'capacity: 385' in cluster raises that"},
	{MISTAKE("scenario: s\n" "cluster: {nodes: 384, capacity: 385}\n" "steps:\n" "  - reload: {nodes: [400]}\n"
	         "  - reload: {nodes: [400, 401]}\n"),
	 "5:27: nodes: more than 385 nodes; 'capacity: 386' in cluster raises that"},
	{MISTAKE("scenario: s\n"
	         "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	         "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	         "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	         "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: 1\n"),
	 "2:1: unknown key in the scenario: "
	 "'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...': expected one of scenario, description, tags, "
	 "findings, matrix, seed, choices, cluster, totem, network, steps"},
	{MISTAKE("scenario: s\n" "seed: \"\"\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "2:7: seed: expected a number or a text, found the text '' in quotes"},
	{MISTAKE("scenario: \"\"\n" "cluster: {nodes: 3}\n" "steps: [{start: all}]\n"),
	 "1:11: scenario: expected a name, found the text '' in quotes"},
	{MISTAKE("scenario: s\n"
	         "totem: {token: 5}\n"
	         "network: {jitter: 1.0000000001s}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all}]\n"),
	 "3:19: jitter: 1.0000000001s is finer than a nanosecond"},
	{MISTAKE("scenario: s\n"
	         "matrix: {n: [[1]]}\n"
	         "cluster: {nodes: 3}\n"
	         "steps: [{start: all, expect: {quorate: {${n}: true}}}]\n"),
	 "4:41: a matrix value that is no word or number as a key [n=[1]]"},
	{MISTAKE("scenario: s ${x}\n"
	         "matrix: {n: [1]}\n"
	         "cluster: {nodes: ${n}}\n"
	         "steps: [{start: all}]\n"),
	 "1:11: unknown matrix name 'x': expected 'n' [n=1]"},
	{MISTAKE("scenario: s\n"
	         "cluster: {nodes: 3}\n"
	         "matrix: {f: [CHANGES, CHNGES]}\n"
	         "steps:\n"
	         "  - trackstart: {node: 1, flags: ${f}}\n"),
	 "5:34: unknown flag 'CHNGES': did you mean 'CHANGES'? [f=CHNGES]"},
};
/* clang-format on */

static void every_mistake_has_its_message(void **state)
{
	uint32_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scenario_set set;
		char message[1024] = "";
		int result = scenario_parse(rows[i].text, rows[i].size, "f", &set, message, sizeof(message));

		if (result == -1 && set.memory == NULL && strncmp(message, "f:", 2) == 0 &&
		    strcmp(message + 2, rows[i].message) == 0)
			continue;
		wrong++;
		print_error("%s\nexpected f:%s\nfound    %s\n", rows[i].text, rows[i].message,
			    result == 0 ? "no mistake" : message);
		if (result == 0)
			scenario_free(&set);
	}
	assert_int_equal(wrong, 0);
}

/* ---- too much of something ------------------------------------------------------- */

static char text[4u << 20];

/* head, `count` times `part`, tail */
static const char *repeated(const char *head, const char *part, uint32_t count, const char *tail)
{
	size_t used = (size_t)snprintf(text, sizeof(text), "%s", head);

	for (uint32_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, part, i);
	(void)snprintf(text + used, sizeof(text) - used, "%s", tail);
	return text;
}

static void refused(const char *what, const char *expected)
{
	struct scenario_set set;
	char message[1024] = "";

	assert_int_equal(scenario_parse(what, strlen(what), "f", &set, message, sizeof(message)), -1);
	assert_string_equal(message, expected);
}

static void nothing_grows_without_bound(void **state)
{
	static const char cluster[] = "scenario: s\ncluster: {nodes: 3}\nsteps:";

	(void)state;
	refused(repeated("scenario: ", "[", 70, "\n"), "f:1:74: nested more than 64 deep");
	refused(repeated("scenario: {", "k%u: 1,", 1001, "}\n"), "f:1:7902: more than 1000 keys in one mapping");
	refused(repeated("tags: [", "x, ", 200001, "]\n"), "f:1:7: more than 200000 values in one document");
	refused(repeated(cluster, "\n  - heal: all", 10001, "\n"), "f:4:3: steps: 10001 are too many: at most 10000");
	refused(repeated(cluster, "\n  - wait: 8760h", 101, "\n"),
		"f:104:5: the run takes more than 100 years up to here");
	refused(repeated("scenario: s\ncluster: {nodes: 3}\nsteps:\n  - partition: [", "[], ", 769, "]\n"),
		"f:4:16: partition: more than 768 groups");
	refused(repeated("tags: [", "&a%u x, ", 1001, "]\n"), "f:1:8898: more than 1000 anchors in one document");
	refused("a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
		"c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
		"e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n",
		"f:6:4: more than 200000 values in one document");
}

static void a_matrix_has_limits(void **state)
{
	static const char nine[] = "[0, 1, 2, 3, 4, 5, 6, 7, 8]";
	char matrix[512];

	(void)state;
	(void)snprintf(matrix, sizeof(matrix),
		       "scenario: s ${a}${b}${c}${d}\nmatrix: {a: %s, b: %s, c: %s, d: %s}\ncluster: {nodes: 3}\n"
		       "steps: [{start: all}]\n",
		       nine, nine, nine, nine);
	refused(matrix, "f:2:106: matrix: more than 4096 combinations");
	refused(repeated("scenario: s\ncluster: {nodes: 3}\nsteps: [{start: all}]\nmatrix: {", "n%u: [1], ", 65,
			 "}\n"),
		"f:4:9: matrix: more than 64 names");
	refused(repeated("scenario: s ${a}\ncluster: {nodes: 3}\nsteps: [{start: all}]\nmatrix: {a: [", "%u, ", 4000,
			 "]}\n"),
		"f:4:9: matrix: 4000 combinations of a document of 4017 values are too many");
	refused(repeated("scenario: s\ntags: [", "\"${a}\", ", 60000,
			 "]\ncluster: {nodes: 3}\nsteps: [{start: all}]\nmatrix: {a: [[x, x, x]]}\n"),
		"f:2:400008: more than 200000 values in one document [a=[x,x,x]]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_has_its_message),
		cmocka_unit_test(nothing_grows_without_bound),
		cmocka_unit_test(a_matrix_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
