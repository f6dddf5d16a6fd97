import { bills } from './bills.ts';
import { down } from './down.ts';
import { embedded } from './embedded.ts';
import { neighbour } from './neighbour.ts';
import { outage } from './outage.ts';
import { processor } from './processor.ts';
import { sweeps, sweepsAndQuota, undersized } from './sweep.ts';

/** What can be run by name. */
export const parts = {
  bills,
  down,
  embedded,
  neighbour,
  outage,
  processor,
  sweeps,
  sweepsAndQuota,
  undersized,
};

export type PartName = keyof typeof parts;
