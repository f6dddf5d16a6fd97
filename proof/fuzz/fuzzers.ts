import { documentFuzzer } from './document-fuzzer.ts';
import { echoFuzzer } from './echo-fuzzer.ts';
import { eventFuzzer } from './event-fuzzer.ts';
import type { Fuzzer } from './fuzzer.ts';
import { ledgerFuzzer } from './ledger-fuzzer.ts';
import { planFuzzer } from './plan-fuzzer.ts';
import { rowFuzzer } from './row-fuzzer.ts';
import { stateFuzzer } from './state-fuzzer.ts';
import { tokenFuzzer } from './token-fuzzer.ts';
import { alloyFuzzer, barndoorFuzzer, contextForgeFuzzer } from './vendor-fuzzer.ts';
import { yamlFuzzer } from './yaml-fuzzer.ts';

/** All of them, as `npm run fuzz` runs them. */
export const fuzzers: readonly Fuzzer[] = [
  documentFuzzer(),
  yamlFuzzer(),
  planFuzzer(),
  rowFuzzer(),
  ledgerFuzzer(),
  stateFuzzer(),
  barndoorFuzzer(),
  alloyFuzzer(),
  contextForgeFuzzer(),
  echoFuzzer(),
  tokenFuzzer(),
  eventFuzzer(),
];
