import type { Invariant } from './events.types.ts';

/** A fault of the code under test, made on purpose: the simulation has to find it. */
export interface Mutation {
  readonly name: string;
  /** End of the file's path. */
  readonly file: string;
  /** What stands in it, just once, and what takes its place. */
  readonly text: string;
  readonly by: string;
  /** Other places, where the same rule is kept twice. */
  readonly also?: readonly Pick<Mutation, 'file' | 'text' | 'by'>[];
  /** The invariant that is violated, and a part of what is said of it. */
  readonly breaks: Invariant;
  readonly says: string;
  /** A seed, or the name of a regression, that is known to find it: tried first, to save time. */
  readonly seed: number | string;
}
