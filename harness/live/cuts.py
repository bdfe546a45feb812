"""Single directions of paths that are cut: what totem makes of them, as recorded (../truth/FINDINGS.md, 51).

The token goes round the members ascending. Nothing here comes from the simulator: it is what waiting for a cluster needs.
"""


def token_gets_round(members: list[int], cut: set[tuple[int, int]]) -> bool:
    """Does each member, ascending, hear the one before?"""
    return not any((one, other) in cut for one, other in zip(members, members[1:] + members[:1]))


def sender(members: list[int], cut: set[tuple[int, int]]) -> int | None:
    """The one member from which all comes that is cut; None when there are several."""
    senders = {one for one, other in cut if one in members and other in members}
    return senders.pop() if len(senders) == 1 else None


def unforeseen(members: list[int], cut: set[tuple[int, int]]) -> bool:
    """Are these cut from each other in a way of which totem makes something else each time?"""
    if not {one for one, other in cut if one in members and other in members}:
        return False
    return not token_gets_round(members, cut) and sender(members, cut) is None


def settled_ring(members: list[int], cut: set[tuple[int, int]], nodeid: int, ring: list[int] | None) -> tuple[list[int] | None, bool]:
    """(The members of the ring to which `nodeid` comes, None: it is told of none; does it form that ring again and again?).
    `members`: those of its partition, ascending; `ring`: that on which it is."""
    here = {(one, other) for one, other in cut if one in members and other in members}
    if not here or (sorted(ring or []) == members and token_gets_round(members, here)):
        return members, False
    loner = sender(members, here)
    if loner is None:
        return None, True
    others = [other for other in members if other != loner]
    if all((loner, other) in here for other in others):
        return ([loner], True) if nodeid == loner else (others, False)
    if loner == members[0]:
        return (None, False) if nodeid == loner else (others, True)
    return ([loner], True) if nodeid == loner else (None, False)
