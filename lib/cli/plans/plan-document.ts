import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { planDigest } from '../../plan/change.ts';
import { jsonIssues } from '../../model/json/json-issues.ts';
import { planDocumentSchema } from '../../plan/text/plan-schema.ts';
import type { PlanDocument } from '../../plan/text/plan-schema.ts';
import type { Plan } from '../../plan/plan.types.ts';
import { renderPlanDocument } from '../../plan/text/render-json.ts';
import { decoded, undecoded } from '../../model/text/decoded.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { schemaIssues } from '../../desired/rules/schema-issues.ts';
import { formatIssue } from '../../model/errors/errors.ts';
import { CliError, usageError } from '../errors/cli-error.ts';
import { systemCode } from '../errors/error-code.ts';

/** Hashes of all changes of a plan: what a user who saw it was shown. */
export function hashesOf({ changes }: Plan): readonly string[] {
  return changes.flatMap((server) => server.changes.map(({ hash }) => hash));
}

/** Writes plans as data, readable by their owner: it has values of fields, though no secret. */
export async function writePlans(cwd: string, file: string, document: PlanDocument): Promise<void> {
  try {
    await writeFile(resolve(cwd, file), renderPlanDocument(document), { mode: 0o600 });
  } catch (error) {
    throw new CliError(
      'out-file',
      `${file} could not be written: ${systemCode(error)}`,
      'name another file',
      {
        cause: error,
      },
    );
  }
}

/**
 * Reads what `writePlans` wrote.
 *
 * @throws CliError if it is no plan, or not the one whose digest it has
 */
export async function readPlans(cwd: string, file: string): Promise<readonly Plan[]> {
  const value = parse(await read(cwd, file), file);
  const issues = [...jsonIssues(value, 100, { halves: true, endless: true })];
  if (issues.length === 0) issues.push(...schemaIssues(planDocumentSchema, value));
  const [first] = issues;
  if (first) throw notAPlan(file, formatIssue(first));
  const { plans } = value as PlanDocument;
  for (const plan of plans) {
    if (planDigest(hashesOf(plan)) !== plan.digest) {
      const whose = plainText(plan.connection, 64);
      throw notAPlan(file, `the changes of ${whose} are not those of its digest`);
    }
  }
  return plans;
}

async function read(cwd: string, file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    throw usageError(
      `${file} cannot be read: ${systemCode(error)}`,
      '`trueup plan --out FILE` writes a plan',
    );
  }
  const text = decoded(bytes);
  if (text === undefined) throw notAPlan(file, `it ${undecoded}`);
  return text;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAPlan(file, 'it is no JSON');
  }
}

function notAPlan(file: string, why: string): CliError {
  return usageError(`${file} is no plan: ${why}`, '`trueup plan --out FILE` writes one');
}
