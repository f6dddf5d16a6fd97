/** Looked up once: in a sandbox such as Jest's, reading a global is slow. */
const { imul } = Math;

/** Above this share of used slots, lookups get slow. */
const mostTaken = 0.65;
/** 134 MB. */
const defaultMostSlots = 2 ** 25;
/** The replacement character for bytes that are not text; no piece has it. */
export const noText = '\ufffd';

/**
 * Hashes of all pieces of one length in the values, with 4 bytes per piece. Checking a text takes one step for each of
 * its characters, whatever the number of values: of two rolling hashes, one gives the slot of a piece, and the other
 * the 31 bits that the slot must have. The chance of a false match in a text of 16 KB is below one in ten thousand with
 * a full table, and only withholds the text.
 */
export class PieceIndex {
  /** Number of slots that were read; a test uses it to prove that the time is linear. */
  steps = 0;
  readonly #length: number;
  /** All pieces, to build a larger table: the bits in a slot are not enough to place them. */
  readonly #all: () => Iterable<Uint16Array>;
  /** Random in each process, so that values cannot be chosen to collide in one slot. */
  readonly #slots = new Factor();
  readonly #marks = new Factor();
  /** 0 is an empty slot. */
  #table = new Uint32Array(256);
  #taken = 0;
  readonly #mostSlots: number;
  /** Not all pieces fit: then every text counts as having one of them. */
  #isFull = false;

  constructor(
    length: number,
    all: () => Iterable<Uint16Array>,
    mostSlots: number = defaultMostSlots,
  ) {
    this.#length = length;
    this.#all = all;
    this.#mostSlots = mostSlots;
  }

  add(units: Uint16Array): void {
    if (this.#isFull) return;
    if (this.#taken + units.length > this.#table.length * mostTaken) this.#grow(units.length);
    else this.#put(units);
  }

  /** @param fits - called for each position at which a piece was found */
  isIn(units: Uint16Array, fits: (start: number) => boolean): boolean {
    if (this.#isFull) return true;
    return this.#walk(units, (slot, _mark, start) => this.#table[slot] !== 0 && fits(start));
  }

  #put(units: Uint16Array): void {
    this.#walk(units, (slot, mark) => {
      if (this.#table[slot] === 0) this.#taken += 1;
      this.#table[slot] = mark;
      return false;
    });
  }

  #grow(more: number): void {
    let size = this.#table.length;
    while (size * mostTaken < this.#taken + more) size *= 2;
    this.#isFull = size > this.#mostSlots;
    if (this.#isFull) return;
    this.#table = new Uint32Array(size);
    this.#taken = 0;
    for (const units of this.#all()) this.#put(units);
  }

  /**
   * Calls `visit` for each piece until it returns true, with the slot that has the piece or the empty slot where it
   * belongs. A hash is a polynomial of the piece's units, modulo 2^32.
   */
  #walk(
    units: Uint16Array,
    visit: (slot: number, mark: number, start: number) => boolean,
  ): boolean {
    const length = this.#length;
    const [slotFactor, markFactor] = [this.#slots.value, this.#marks.value];
    const [slotLeaves, markLeaves] = [this.#slots.power(length), this.#marks.power(length)];
    const table = this.#table;
    const mask = table.length - 1;
    let [slotSum, markSum, whole, steps] = [0, 0, 0, 0];
    let isDone = false;
    for (let end = 0; end < units.length && !isDone; end += 1) {
      const unit = units[end] as number;
      const left = end < length ? 0 : (units[end - length] as number);
      slotSum = (imul(slotSum, slotFactor) + unit - imul(left, slotLeaves)) | 0;
      markSum = (imul(markSum, markFactor) + unit - imul(left, markLeaves)) | 0;
      whole = unit === 0xfffd ? 0 : whole + 1;
      if (whole < length) continue;
      const mark = (mixed(markSum) | 1) >>> 0;
      let slot = mixed(slotSum) & mask;
      for (steps += 1; table[slot] !== 0 && table[slot] !== mark; steps += 1) {
        slot = (slot + 1) & mask;
      }
      isDone = visit(slot, mark, end - length + 1);
    }
    this.steps += steps;
    return isDone;
  }
}

/** Odd, so that no bit of a unit is lost. */
class Factor {
  readonly value = Math.trunc(Math.random() * 2 ** 32) | 5;

  power(exponent: number): number {
    let power = 1;
    for (let times = 0; times < exponent; times += 1) power = imul(power, this.value);
    return power;
  }
}

/** The low bits of a polynomial depend only on the low bits of the units; after this, each bit depends on all of them. */
function mixed(sum: number): number {
  let bits = sum ^ (sum >>> 16);
  bits = imul(bits, 0x85ebca6b);
  bits = imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
