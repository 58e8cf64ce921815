"""Keccak-256 as Ethereum uses it: the padding of the competition's entry, not that of SHA-3, so hashlib has none."""

_ROUNDS = 24
_LANE = (1 << 64) - 1
_RATE = 136
"""Bytes taken in at once, for a digest of 32."""


def _turned(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _LANE if by else lane


def _constants() -> list[int]:
    """Round constants from the standard's shift register (FIPS 202, algorithm 5)."""
    register, constants = 1, []
    for _ in range(_ROUNDS):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


_CONSTANTS = _constants()


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    """Keccak-f[1600] of 5 by 5 lanes (FIPS 202, section 3.2)."""
    for constant in _CONSTANTS:
        parity = [column[0] ^ column[1] ^ column[2] ^ column[3] ^ column[4] for column in lanes]
        mixed = [parity[x - 1] ^ _turned(parity[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lane ^ mixed[x] for lane in lanes[x]] for x in range(5)]
        x, y, carried = 1, 0, lanes[1][0]
        for step in range(_ROUNDS):
            x, y = y, (2 * x + 3 * y) % 5
            carried, lanes[x][y] = lanes[x][y], _turned(carried, (step + 1) * (step + 2) // 2 % 64)
        lanes = [[lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        lanes[0][0] ^= constant
    return lanes


def keccak_256(data: bytes) -> bytes:
    """The 32 bytes' digest of `data`."""
    short = _RATE - len(data) % _RATE
    padded = bytearray(data + b"\x01" + b"\x00" * (short - 1))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for at in range(_RATE // 8):
            lanes[at % 5][at // 5] ^= int.from_bytes(padded[start + 8 * at : start + 8 * at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lanes[x][0].to_bytes(8, "little") for x in range(4))
