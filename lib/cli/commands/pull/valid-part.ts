import { checkDocument } from '../../../desired/rules/document.ts';
import type { Issue } from '../../../model/errors/errors.ts';
import { formatIssue } from '../../../model/errors/errors.ts';
import { parsePointer } from '../../../model/json/pointer.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import type { DeclarationOptions } from '../../../desired/rules/row.ts';
import { quoted } from '../../../model/text/shown-value.ts';
import { wrap } from '../../../model/text/wrap.ts';
import type { YamlDocument } from '../../../desired/yaml/write.ts';
import type { documentOf } from './document-of.ts';

export interface ValidPart {
  readonly document: YamlDocument;
  /** Texts about rows that are not written. */
  readonly left: readonly string[];
}

/** The valid part of a connection, with a comment for each invalid row. */
export function validPart(
  whole: ReturnType<typeof documentOf>,
  options: DeclarationOptions,
): ValidPart {
  const { servers = [], ...own } = whole;
  const issues = checkDocument(whole, options);
  const ofServer = Map.groupBy(issues, serverIn);
  const ofConnection = ofServer.get(undefined);
  if (ofConnection) {
    const left = [`connection ${whole.connection} is not written: ${said(ofConnection)}`];
    return { document: { value: undefined, head: commented(left) }, left };
  }
  const left = [...ofServer].map(([index = 0, found]) => {
    const id = servers[index]?.['id'];
    return `server ${quoted(typeof id === 'string' ? id : '')} is not written: ${said(found)}`;
  });
  const kept = servers.filter((_, index) => !ofServer.has(index));
  const value = { ...own, ...(kept.length > 0 && { servers: kept }) };
  return { document: { value, head: commented(left) }, left };
}

/** Wraps comments with indentation; two columns are for `# `. */
function commented(left: readonly string[]): readonly string[] {
  return left.flatMap((line) => wrap(line, '    ', '  ').map((part) => part.slice(2)));
}

/** The index of the server that an issue is about; undefined for the connection itself. */
function serverIn({ path }: Issue): number | undefined {
  const [first, index] = parsePointer(path) ?? [];
  return first === 'servers' && index !== undefined ? Number(index) : undefined;
}

function said(issues: readonly Issue[]): string {
  return plainText(issues.map(formatIssue).join('; '));
}
