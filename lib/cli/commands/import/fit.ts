import { checkDocument } from '../../../desired/rules/document.ts';
import type { Issue } from '../../../model/errors/errors.ts';
import type { JsonObject } from '../../../model/json/json.types.ts';
import { parsePointer, formatPointer, setAt } from '../../../model/json/pointer.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import type { DeclarationOptions } from '../../../desired/rules/row.ts';
import { quoted, showPointer } from '../../../model/text/shown-value.ts';
import type { YamlDocument } from '../../../desired/yaml/write.ts';
import type { DeclaredLive } from './declare-live.ts';

/** A valid document for live servers, and what is not declared in it. */
export interface Fitted {
  readonly document: YamlDocument;
  /** Also written as comments in the document. */
  readonly left: readonly string[];
}

/** Removing one invalid value may reveal another. Limits the rounds. */
const roundsAtMost = 10;

/**
 * Makes the document of live servers valid: values that the rules reject (an empty name, a slug in capital letters, a
 * duplicate name) are left out, with a comment.
 */
export function fit(
  own: JsonObject,
  servers: readonly DeclaredLive[],
  options: DeclarationOptions,
): Fitted {
  let kept = [...servers];
  const left: string[] = [];
  for (let round = 0; round < roundsAtMost; round += 1) {
    const value = { ...own, servers: kept.map(({ server }) => server) };
    const issues = checkDocument(value, options);
    if (issues.length === 0) break;
    const byServer = Map.groupBy(issues, serverIn);
    kept = kept.flatMap((one, index) => {
      const found = byServer.get(index) ?? [];
      const next = round < roundsAtMost - 1 ? without(one, found) : undefined;
      if (!next) left.push(`server ${quoted(one.id)} is not declared: ${said(found)}`);
      return next ?? [];
    });
  }
  const list = kept.map(({ server }) => server);
  return {
    document: {
      value: { ...own, ...(list.length > 0 && { servers: list }) },
      head: left,
      remarks: kept.map(({ server, remarks }, index) => ({
        path: isEmpty(server['spec']) ? ['servers', index] : ['servers', index, 'spec'],
        lines: remarks,
      })),
    },
    left,
  };
}

const isEmpty = (spec: unknown) => Object.keys(Object(spec) as object).length === 0;

/** The server without its invalid values; undefined if one of them is required. */
function without(one: DeclaredLive, issues: readonly Issue[]): DeclaredLive | undefined {
  let { server } = one;
  const remarks = [...one.remarks];
  for (const issue of issues) {
    const [, , key, ...inner] = parsePointer(issue.path) ?? [];
    if (key === 'label') {
      server = setAt(server, '/label', undefined);
      continue;
    }
    if (key !== 'spec' || inner[0] === undefined) return undefined;
    // Members of `meta` are declared one by one; access rules are declared as a whole.
    const path = inner.slice(0, inner[0] === 'meta' ? 2 : 1);
    server = setAt(server, formatPointer(['spec', ...path]), undefined);
    const { problem, expected } = issue;
    const what = plainText(`${problem}; ${expected}`);
    remarks.push(
      `${showPointer(formatPointer(path))}: left out; with it the declaration would not be valid: ${what}`,
    );
  }
  return { ...one, server, remarks: [...new Set(remarks)] };
}

function serverIn({ path }: Issue): number | undefined {
  const [first, index] = parsePointer(path) ?? [];
  return first === 'servers' && index !== undefined ? Number(index) : undefined;
}

function said(issues: readonly Issue[]): string {
  return plainText(issues.map(({ problem, expected }) => `${problem}; ${expected}`).join('; '));
}
