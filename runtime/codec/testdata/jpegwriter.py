"""Writes JPEG files of coefficients, of forms that Pillow reads but does not write.

Written from ITU-T T.81: any sampling factors, sequential in one scan or several,
progressive by any script, restarts, random Huffman tables with codes of all
lengths, quantisation tables of 8 and 16 bits. The samples mean nothing.
"""
import random
import struct

ZIGZAG = [0] * 64
k = 0
for s in range(15):
    line = [(s - i, i) for i in range(s + 1) if i < 8 and s - i < 8]
    for y, x in line if s % 2 == 0 else reversed(line):
        ZIGZAG[k] = 8 * y + x
        k += 1


def ceil(a, b):
    return -(-a // b)


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


class Table:
    """A Huffman table: random code lengths, or all alike as far as that goes."""

    def __init__(self, symbols, rng):
        symbols = list(symbols) or [0]
        rng.shuffle(symbols)
        depths = [0]
        skew = rng.random() < 0.7
        while len(depths) < len(symbols) + 1:  # one more: no code is all ones
            open_ = [i for i, d in enumerate(depths) if d < 16]
            i = rng.choice(open_) if skew else min(open_, key=lambda i: depths[i])
            depths[i] += 1
            depths.append(depths[i])
        depths = sorted(depths)[: len(symbols)]
        self.counts = [depths.count(n) for n in range(1, 17)]
        self.symbols, self.codes = symbols, {}
        code = k = 0
        for n in range(1, 17):
            for _ in range(self.counts[n - 1]):
                self.codes[symbols[k]] = (code, n)
                code, k = code + 1, k + 1
            code <<= 1

    def body(self, head):
        return bytes([head] + self.counts + self.symbols)


class Scan:
    """Collects tokens: ("dc" or "ac", table, symbol), (bits, count) or a restart."""

    def __init__(self):
        self.tokens, self.ends, self.waiting = [], 0, []

    def symbol(self, kind, table, s):
        self.tokens.append((kind, table, s))

    def bits(self, v, n):
        if n:
            self.tokens.append((v & (1 << n) - 1, n))

    def value(self, v, n):
        self.bits(v if v > 0 else v - 1, n)

    def flush(self, table):
        """Ends the bands that wait for it, with their correction bits."""
        if self.ends:
            n = self.ends.bit_length() - 1
            self.symbol("ac", table, n << 4)
            self.bits(self.ends, n)
            self.ends = 0
        for b in self.waiting:
            self.bits(b, 1)
        self.waiting = []

    def sequential(self, block, before, table):
        d = block[0] - before
        self.symbol("dc", table, abs(d).bit_length())
        self.value(d, abs(d).bit_length())
        run = 0
        for v in block[1:]:
            if v == 0:
                run += 1
                continue
            while run > 15:
                self.symbol("ac", table, 0xF0)
                run -= 16
            n = abs(v).bit_length()
            self.symbol("ac", table, run << 4 | n)
            self.value(v, n)
            run = 0
        if run:
            self.symbol("ac", table, 0)

    def first_ac(self, block, start, stop, low, table, longest):
        run = 0
        for v in block[start : stop + 1]:
            t = abs(v) >> low
            if t == 0:
                run += 1
                continue
            self.flush(table)
            while run > 15:
                self.symbol("ac", table, 0xF0)
                run -= 16
            n = t.bit_length()
            self.symbol("ac", table, run << 4 | n)
            self.value(t if v > 0 else -t, n)
            run = 0
        if run:
            self.ends += 1
            if self.ends == longest:
                self.flush(table)

    def next_ac(self, block, start, stop, low, table, longest):
        sizes = [abs(v) >> low for v in block]
        last = max([k for k in range(start, stop + 1) if sizes[k] == 1], default=0)
        run, corrections = 0, []
        for k in range(start, stop + 1):
            t = sizes[k]
            if t == 0:
                run += 1
                continue
            while run > 15 and k <= last:
                self.flush(table)
                self.symbol("ac", table, 0xF0)
                for b in corrections:
                    self.bits(b, 1)
                run, corrections = run - 16, []
            if t > 1:
                corrections.append(t & 1)
                continue
            self.flush(table)
            self.symbol("ac", table, run << 4 | 1)
            self.bits(block[k] > 0, 1)
            for b in corrections:
                self.bits(b, 1)
            run, corrections = 0, []
        if run or corrections:
            self.ends += 1
            self.waiting += corrections
            if self.ends == longest:
                self.flush(table)

    def write(self, tables, rng):
        out, acc, n = bytearray(), 0, 0

        def align():
            nonlocal acc, n
            if n % 8:
                pad = 8 - n % 8
                acc, n = acc << pad | (1 << pad) - 1, n + pad
            for b in acc.to_bytes(n // 8, "big"):
                out.append(b)
                if b == 0xFF:
                    out.append(0)
            acc = n = 0

        restarts = 0
        for t in self.tokens:
            if t == "restart":
                align()
                out.extend(b"\xff" * rng.choice([1, 1, 3]) + bytes([0xD0 + restarts % 8]))
                restarts += 1
                continue
            v, bits = t if len(t) == 2 else tables[t[0], t[1]].codes[t[2]]
            acc, n = acc << bits | v, n + bits
        align()
        return bytes(out)


class File:
    """A file: factors is a list of pairs, one a component."""

    def __init__(self, rng, width, height, factors, progressive, wild=False):
        self.rng, self.width, self.height, self.progressive = rng, width, height, progressive
        if len(factors) == 1:
            self.units = [(1, 1)]
        else:
            self.units = factors
        self.factors = factors
        self.h, self.v = max(h for h, _ in self.units), max(v for _, v in self.units)
        self.wide, self.high = ceil(width, 8 * self.h), ceil(height, 8 * self.v)
        self.sixteen = rng.random() < 0.3
        most = rng.choice([3, 20, 255]) if not self.sixteen else rng.choice([300, 2000])
        self.steps = [[rng.randint(1, most) for _ in range(64)] for _ in range(4)]
        self.coefs = [self.plane(c, wild) for c in range(len(factors))]
        self.out = b""

    def plane(self, c, wild):
        """Blocks by row and column, each in a file's order."""
        rng, (h, v) = self.rng, self.units[c]
        reach = 8000 if wild else 900
        blocks = []
        density = rng.choice([0, 0.05, 0.2, 0.8])
        for _ in range(self.high * v):
            row = []
            for _ in range(self.wide * h):
                b = [0] * 64
                for k in range(64):
                    amplitude = reach / (1 + (0 if wild else k))
                    if k == 0 or rng.random() < density:
                        b[k] = int(rng.uniform(-amplitude, amplitude) / self.steps[c % 4][k])
                if rng.random() < 0.1:
                    b[63] = rng.choice([-1, 1])
                row.append(b)
            blocks.append(row)
        return blocks

    def order(self, parts):
        """The blocks of a scan: part, block, and whether a unit begins."""
        if len(parts) == 1:
            c = parts[0]
            h, v = self.units[c]
            for y in range(ceil(ceil(self.height * v, self.v), 8)):
                for x in range(ceil(ceil(self.width * h, self.h), 8)):
                    yield c, self.coefs[c][y][x], True
            return
        for uy in range(self.high):
            for ux in range(self.wide):
                first = True
                for c in parts:
                    h, v = self.units[c]
                    for k in range(h * v):
                        yield c, self.coefs[c][uy * v + k // h][ux * h + k % h], first
                        first = False

    def scan(self, parts, start=0, stop=63, high=0, low=0, restart=0):
        rng, s, units = self.rng, Scan(), -1
        table = {c: rng.randrange(4 if self.progressive else 2) for c in parts}
        longest = rng.choice([1, 7, 0x7FFF])
        before = dict.fromkeys(parts, 0)
        for c, block, first in self.order(parts):
            units += first
            if first and restart and units and units % restart == 0:
                s.flush(table[c])
                s.tokens.append("restart")
                before = dict.fromkeys(parts, 0)
            if not self.progressive:
                s.sequential(block, before[c], table[c])
                before[c] = block[0]
            elif start == 0 and high == 0:
                v = block[0] >> low
                n = abs(v - before[c]).bit_length()
                s.symbol("dc", table[c], n)
                s.value(v - before[c], n)
                before[c] = v
            elif start == 0:
                s.bits(block[0] >> low, 1)
            elif high == 0:
                s.first_ac(block, start, stop, low, table[c], longest)
            else:
                s.next_ac(block, start, stop, low, table[c], longest)
        s.flush(table[parts[0]])
        used = {}
        for t in s.tokens:
            if len(t) == 3:
                used.setdefault(t[:2], set()).add(t[2])
        for c in parts:
            for kind in "dc", "ac":
                used.setdefault((kind, table[c]), set())
        tables = {key: Table(sorted(symbols), rng) for key, symbols in sorted(used.items())}
        for (kind, number), t in tables.items():
            self.add(0xC4, t.body(number | (kind == "ac") << 4))
        if restart or rng.random() < 0.3:
            self.add(0xDD, struct.pack(">H", restart))
        body = bytes([len(parts)]) + b"".join(bytes([self.ids[c], table[c] * 17]) for c in parts)
        self.add(0xDA, body + bytes([start, stop, high << 4 | low]))
        self.out += s.write(tables, rng)

    def add(self, marker, body):
        self.out += b"\xff" * self.rng.choice([0, 0, 0, 2]) + segment(marker, body)

    def script(self):
        """A random progressive script, complete."""
        rng, n = self.rng, len(self.units)
        scans = []

        def split(parts, start, stop):
            top = rng.choice([0, 0, 1, 2, 4])
            scans.append([(parts, start, stop, 0, top)])
            for low in range(top - 1, -1, -1):
                scans[-1].append((parts, start, stop, low + 1, low))

        fits = sum(h * v for h, v in self.units) <= 10
        for parts in [list(range(n))] if fits and rng.random() < 0.7 else [[c] for c in range(n)]:
            split(parts, 0, 0)
        chains, scans = scans, []
        yield from (c.pop(0) for c in chains)
        for c in range(n):
            cuts = sorted(rng.sample(range(2, 64), rng.choice([0, 1, 1, 3])))
            for start, stop in zip([1] + cuts, cuts + [64]):
                split([c], start, stop - 1)
        chains += scans
        while chains := [c for c in chains if c]:
            yield rng.choice(chains).pop(0)

    def write(self, colour="jfif", restart=0, several=False):
        """colour is jfif, adobe0, adobe1, adobe2, letters or none."""
        rng, n = self.rng, len(self.units)
        self.ids = [1, 2, 3, 4][:n] if colour != "letters" else list(b"RGB")
        if colour == "none":
            self.ids = [0, 10, 200, 7][:n]
        self.out = b"\xff\xd8"
        if colour == "jfif":
            self.add(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        if colour.startswith("adobe"):
            self.add(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([int(colour[-1])]))
        if rng.random() < 0.3:
            self.add(0xFE, b"a comment with \xff\xd9 and \xff\xda")
        for i in range(n):
            if self.sixteen:
                body = bytes([16 + i]) + b"".join(struct.pack(">H", self.steps[i][k]) for k in range(64))
            else:
                body = bytes([i] + self.steps[i])
            self.add(0xDB, body)
        kind = 0xC2 if self.progressive else rng.choice([0xC0, 0xC1])
        frame = struct.pack(">BHHB", 8, self.height, self.width, n)
        for c, (h, v) in enumerate(self.factors):
            frame += bytes([self.ids[c], h << 4 | v, c])
        self.add(kind, frame)
        if self.progressive:
            for scan in self.script():
                self.scan(*scan, restart=restart)
        elif several:
            parts = list(range(n))
            rng.shuffle(parts)
            for c in parts:
                self.scan([c], restart=restart)
        else:
            self.scan(list(range(n)), restart=restart)
        if rng.random() < 0.1:
            self.out += b"junk \xff\0"
        return self.out + b"\xff\xd9"
