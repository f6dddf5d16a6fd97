import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FingerprintKey, FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import { macOf } from '../../plan/diff/fingerprint.ts';
import { jsonIssues } from '../../model/json/json-issues.ts';
import { planDocumentSchema } from '../../plan/text/plan-schema.ts';
import type { PlanDocument } from '../../plan/text/plan-schema.ts';
import type { Plan } from '../../plan/plan.types.ts';
import { renderPlanDocument } from '../../plan/text/render-json.ts';
import { decoded, undecoded } from '../../model/text/decoded.ts';
import { schemaIssues } from '../../desired/rules/schema-issues.ts';
import { formatIssue } from '../../model/errors/errors.ts';
import { CliError, usageError } from '../errors/cli-error.ts';
import { systemCode } from '../../model/errors/file-problem.ts';

/** Hashes of all changes of a plan. */
export function hashesOf({ changes }: Plan): readonly string[] {
  return changes.flatMap((server) => server.changes.map(({ hash }) => hash));
}

/**
 * Writes plans as data to a file that is readable only by its owner, even if it existed, because it has values of
 * fields (no secrets). Plans are signed, so that a modified plan cannot be applied.
 */
export async function writePlans(
  cwd: string,
  file: string,
  document: PlanDocument,
  { current }: FingerprintKeys,
): Promise<void> {
  const signature = { keyId: current.id, mac: signatureOf(document, current) };
  try {
    const handle = await open(resolve(cwd, file), 'w', 0o600);
    try {
      // Only for a file, not for a pipe or terminal.
      if ((await handle.stat()).isFile()) await handle.chmod(0o600);
      await handle.writeFile(renderPlanDocument({ ...document, signature }));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new CliError(
      'out-file',
      `${file} could not be written: ${systemCode(error) ?? 'it failed'}`,
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
 * @throws CliError if it is not a plan, or was modified
 */
export async function readPlans(
  cwd: string,
  file: string,
  { current, previous }: FingerprintKeys,
): Promise<readonly Plan[]> {
  const value = parse(await read(cwd, file), file);
  const issues = [...jsonIssues(value, 100, { halves: true, endless: true })];
  if (issues.length === 0) issues.push(...schemaIssues(planDocumentSchema, value));
  const [first] = issues;
  if (first) throw notAPlan(file, formatIssue(first));
  const document = value as PlanDocument;
  const { signature } = document;
  if (!signature) throw notAPlan(file, 'it has no signature');
  const key = [current, ...previous].find(({ id }) => id === signature.keyId);
  if (!key) throw notAPlan(file, 'it was signed with the key of another ledger');
  if (signatureOf(document, key) !== signature.mac) {
    throw notAPlan(file, 'it was modified after it was written');
  }
  return document.plans;
}

/** The prefix separates signatures from fingerprints, which use the same key. */
function signatureOf({ plans }: PlanDocument, key: FingerprintKey): string {
  // The plans as they are in the file, without undefined members.
  const written = JSON.parse(JSON.stringify(plans)) as Json;
  return macOf(key, ['trueup plan', written], 'hex');
}

async function read(cwd: string, file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    const code = systemCode(error);
    throw usageError(
      code === 'ENOENT'
        ? `${file} does not exist`
        : `${file} cannot be read: ${code ?? 'it failed'}`,
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
    throw notAPlan(file, 'it is not JSON');
  }
}

function notAPlan(file: string, why: string): CliError {
  return usageError(`${file} is not a plan: ${why}`, '`trueup plan --out FILE` writes one');
}
