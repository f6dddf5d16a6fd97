import * as z from 'zod/mini';
import type { Json } from '../../model/json/json.types.ts';
import { planDocumentSchema } from '../../plan/text/plan-schema.ts';
import { reportDocumentSchema } from '../../plan/text/report-schema.ts';
import { declarationSchema } from './declaration.ts';
import { demoDocumentSchema } from './demo.ts';
import { doctorDocumentSchema, validateDocumentSchema } from './findings.ts';
import {
  consoleDocumentSchema,
  initDocumentSchema,
  loginDocumentSchema,
  pausesDocumentSchema,
  versionDocumentSchema,
} from './done.ts';
import { historyDocumentSchema } from './history.ts';
import { pushDocumentSchema } from './push.ts';
import { statusDocumentSchema } from './status.ts';
import { watchLineSchema } from './watch.ts';

/** The schemas of JSON output, by file name. `pull` and `import` print declarations. */
export const outputSchemas = {
  plan: planDocumentSchema,
  report: reportDocumentSchema,
  status: statusDocumentSchema,
  history: historyDocumentSchema,
  push: pushDocumentSchema,
  validate: validateDocumentSchema,
  doctor: doctorDocumentSchema,
  demo: demoDocumentSchema,
  pauses: pausesDocumentSchema,
  init: initDocumentSchema,
  console: consoleDocumentSchema,
  login: loginDocumentSchema,
  version: versionDocumentSchema,
  watch: watchLineSchema,
} as const;

/** Titles of the schemas, with the commands that print them. */
const titles: Readonly<Record<keyof typeof outputSchemas, string>> = {
  plan: 'Plans: `trueup plan`, `approve`, and the file of `--out`',
  report: 'Reports of passes: `trueup apply`, `reconcile` and `retry`',
  status: 'State in the ledger: `trueup status`',
  history: 'What was done, and by whom: `trueup history`',
  push: 'Rows that were written: `trueup push`',
  validate: 'Problems of declarations: `trueup validate`',
  doctor: 'Results of checks: `trueup doctor`',
  demo: 'Passes of the demo: `trueup demo`',
  pauses: 'Pauses that were set or ended: `trueup pause` and `resume`',
  init: 'Files that were written: `trueup init`',
  console: 'The address: `trueup console`',
  login: 'Where the tokens are: `trueup login`',
  version: 'The version: `trueup version`',
  watch: 'A line of `trueup watch`',
};

/** The schema of each command's JSON output (`-o json`). */
export const printedBy: ReadonlyMap<string, keyof typeof outputSchemas | 'trueup'> = new Map([
  ['plan', 'plan'],
  ['approve', 'plan'],
  ['apply', 'report'],
  ['reconcile', 'report'],
  ['retry', 'report'],
  ['status', 'status'],
  ['history', 'history'],
  ['push', 'push'],
  ['validate', 'validate'],
  ['doctor', 'doctor'],
  ['demo', 'demo'],
  ['pause', 'pauses'],
  ['resume', 'pauses'],
  ['init', 'init'],
  ['console', 'console'],
  ['login', 'login'],
  ['version', 'version'],
  ['watch', 'watch'],
  ['pull', 'trueup'],
  ['import', 'trueup'],
]);

export const declarationFile = 'trueup.schema.json';

/** All JSON Schemas (2020-12), by file name. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  const outputs = Object.entries(outputSchemas).map(([name, schema]) => {
    // As input, so that members that a newer Trueup adds are allowed.
    const { $schema = '', ...rest } = z.toJSONSchema(schema, { io: 'input' });
    const title = titles[name as keyof typeof outputSchemas];
    return [`${name}.schema.json`, { $schema, title, ...rest }] as const;
  });
  return new Map(
    [[declarationFile, declarationSchema()] as const, ...outputs].map(([file, schema]) => [
      file,
      textOf(schema as Json),
    ]),
  );
}

const textOf = (schema: Json) => `${JSON.stringify(schema, undefined, 2)}\n`;
