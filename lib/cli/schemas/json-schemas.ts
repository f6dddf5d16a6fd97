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

/** Of each form that is printed as JSON, by the name of its file, the schema. `pull` and `import` print declarations. */
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

/** What prints a form, for people. */
const titles: Readonly<Record<keyof typeof outputSchemas, string>> = {
  plan: 'Plans: `trueup plan`, `approve`, and the file of `--out`',
  report: 'Reports of passes: `trueup apply`, `reconcile` and `retry`',
  status: 'What the ledger knows: `trueup status`',
  history: 'What was done, and by whom: `trueup history`',
  push: 'Rows that were written: `trueup push`',
  validate: 'What is wrong with declarations: `trueup validate`',
  doctor: 'What was checked: `trueup doctor`',
  demo: 'Passes of the demo: `trueup demo`',
  pauses: 'Pauses that were made or ended: `trueup pause` and `resume`',
  init: 'Files that were written: `trueup init`',
  console: 'The address: `trueup console`',
  login: 'Where the tokens are: `trueup login`',
  version: 'The version: `trueup version`',
  watch: 'A line of `trueup watch`',
};

/** Of each command that prints JSON (`-o json`) the form that it prints. */
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

/** All JSON Schemas (2020-12), by the name of the file that they are written to. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  const outputs = Object.entries(outputSchemas).map(([name, schema]) => {
    // As input: members that a newer Trueup adds are no error.
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
