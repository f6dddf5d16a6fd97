import type { Plan } from '../lib/plan/plan.types.ts';
import type { PassReport } from '../lib/model/ledger.types.ts';
import type { HeldPlan } from '../lib/ledger/ledger.types.ts';

/** Total requests to vendors and decrypted secrets of the story. */
export interface Totals {
  readonly vendorCalls: { readonly list: number; readonly get: number; readonly put: number };
  readonly secretsDecrypted: number;
}

/** Receives the story's events. There are two: the narrator prints text, the collector prints JSON. */
export interface Listener {
  readonly chapter: (title: string) => void;
  /** What a user does, outside Trueup. */
  readonly happens: (what: string) => void;
  readonly planned: (plan: Plan) => void;
  readonly passed: (report: PassReport, plan?: Plan) => void;
  readonly approved: (connection: string, typed: string, held: HeldPlan) => void;
  readonly ended: (totals: Totals) => void;
}
