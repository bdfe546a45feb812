"""Compares two recordings of one case, client by client."""

PROBE = "probe"


def streams(events: list[dict], probes: bool = False) -> dict[tuple, list]:
    """What each client saw, in order, by (node, client); rings by the order of their sequences only.

    A run of equal expected-votes notifications counts once: its length depends on the order of messages.
    """
    found = {}
    ranks = {}
    for event in events:
        name = event.get("client", "")
        if name == PROBE and not probes:
            continue
        said = {key: value for key, value in event.items() if key not in ("step", "node", "client", "log")}
        stream = found.setdefault((event["node"], name), [])
        if "ring" in said:
            rings = ranks.setdefault((event["node"], name), [])
            if said["ring"][1] not in rings:
                rings.append(said["ring"][1])
            said["ring"] = [said["ring"][0], rings.index(said["ring"][1])]
        if said.get("cb") == "expected" and stream and stream[-1] == said:
            continue
        stream.append(said)
    return found


def differences(one: list[dict], other: list[dict], probes: bool = False) -> list[str]:
    """Where two lists of events differ, one text for each client; empty when they agree."""
    left, right = streams(one, probes), streams(other, probes)
    texts = []
    for key in sorted(set(left) | set(right), key=str):
        a, b = left.get(key, []), right.get(key, [])
        if a == b:
            continue
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        texts.append(f"{key[1]}@{key[0]} item {at} of {len(a)}/{len(b)}: "
                     f"{a[at] if at < len(a) else 'nothing'} / {b[at] if at < len(b) else 'nothing'}")
    return texts
