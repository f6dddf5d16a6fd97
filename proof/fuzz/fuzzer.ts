import type fc from 'fast-check';

/** What a case is checked with: it throws if the case is not right, and ends what it holds with `close`. */
export interface Bench<T> {
  readonly check: (input: T) => Promise<void> | void;
  readonly close?: () => Promise<void>;
}

/** One kind of bad input: how it is made, and what must hold of whatever comes of it. */
export interface Fuzzer<T = unknown> {
  readonly name: string;
  /** What it feeds with what; for people. */
  readonly what: string;
  readonly inputs: fc.Arbitrary<T>;
  /** Once for a run; servers and folders that all its cases share are opened here. */
  readonly open: () => Promise<Bench<T>>;
}

/** The same without the type of its inputs, for lists of fuzzers of several kinds. */
export function fuzzer<T>(made: Fuzzer<T>): Fuzzer {
  return made as unknown as Fuzzer;
}

/** What a case did wrong; anything else that is thrown is wrong as well. */
export class Wrong extends Error {}

/** @throws Wrong */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Wrong(what);
}
