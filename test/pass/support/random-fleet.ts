import type fc from 'fast-check';

/** Servers at random at one gateway: as they are there, and as they are declared. */
export interface RandomFleet<T> {
  readonly connection: string;
  readonly server: fc.Arbitrary<T>;
  readonly declareConnection: () => Promise<void>;
  /** Removes what was added. */
  readonly clear: () => Promise<void>;
  /** @param round - how many fleets there were before: ids are used once */
  readonly add: (server: T, index: number, round: number) => Promise<void>;
  /** Expects that what is not declared is as it was before the pass. */
  readonly isLeftAlone: (fleet: readonly T[]) => void;
}
