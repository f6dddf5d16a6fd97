/** Looked up once: of a sandbox such as Jest's, reading a global takes longer than all the rest. */
const { imul } = Math;

/** Above this share of taken slots, looking up takes longer. */
const mostTaken = 0.65;
/** 134 MB. */
const defaultMostSlots = 2 ** 25;
/** What bytes that are no text are read as; no piece has it. */
export const noText = '\ufffd';

/**
 * All pieces of one length that values have, as hashes: 4 bytes a piece. Whether a text has one of them takes one step for
 * each place of the text, however many values there are and whatever they are: two hashes are rolled over the text, one says
 * the slot of a piece and the other the 31 bits that must be in it. That a text of 16 KB has them by chance is less likely
 * than one in ten thousand where the table is full, and only leaves out a text.
 */
export class PieceIndex {
  /** Slots that were read: what the proof that time is linear counts. */
  steps = 0;
  readonly #length: number;
  /** All that was added, for a larger table: the bits in a slot do not say where they belong in it. */
  readonly #all: () => Iterable<Uint16Array>;
  /** Not known outside of this process, so that no values can be made up which meet in one slot. */
  readonly #slots = new Factor();
  readonly #marks = new Factor();
  /** 0 is an empty slot. */
  #table = new Uint32Array(256);
  #taken = 0;
  readonly #mostSlots: number;
  /** It could not take all that was added: then any text may have one of them. */
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

  /** @param fits - asked for each place at which a piece was found */
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
   * Calls `visit` for each piece, until it returns true: with the slot that has the piece, or the empty one in which it
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

/** Of a polynomial, the low bits depend on the low bits of the units alone; of this, each bit depends on all. */
function mixed(sum: number): number {
  let bits = sum ^ (sum >>> 16);
  bits = imul(bits, 0x85ebca6b);
  bits = imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
