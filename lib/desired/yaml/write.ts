import { Document, isScalar, visit } from 'yaml';
import { printable } from '../../model/text/shown-value.ts';

/** A document to write, and what to say at its places. */
export interface YamlDocument {
  readonly value: unknown;
  /** Lines before all of it. */
  readonly head?: readonly string[];
  /** Lines at the end of what a path leads to, such as `['servers', 0, 'spec']`. */
  readonly remarks?: readonly {
    readonly path: readonly (string | number)[];
    readonly lines: readonly string[];
  }[];
}

/** YAML that `parseText` reads as the same values, and a terminal or an editor shows as it is. */
export function writeYaml(documents: readonly YamlDocument[]): string {
  return documents.map(textOf).join('---\n');
}

function textOf({ value, head = [], remarks = [] }: YamlDocument): string {
  const document = new Document(value, { version: '1.2', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && isOdd(node.value)) node.type = 'QUOTE_DOUBLE';
      // JSON has no other zero, and a declaration none that is written so.
      if (Object.is(node.value, -0)) node.value = 0;
    },
  });
  const comment = (lines: readonly string[]) => lines.map((line) => ` ${line}`).join('\n');
  if (head.length > 0) document.commentBefore = comment(head);
  for (const { path, lines } of remarks) {
    const node: unknown = document.getIn(path, true);
    if (lines.length === 0 || typeof node !== 'object' || node === null) continue;
    if (!isScalar(node)) Reflect.set(node, 'comment', comment(lines));
  }
  // What is not seen is in double quotes only, where the escapes mean the same.
  return printable(document.toString({ lineWidth: 0, defaultKeyType: null }));
}

/** Texts that are safe in double quotes only; `<<` would be a merge key. */
function isOdd(text: string): boolean {
  return text === '<<' || /[\n\r\t]/.test(text) || printable(text) !== text;
}
