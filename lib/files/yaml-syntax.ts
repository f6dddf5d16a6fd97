import { visit, type Document } from 'yaml';
import { syntaxProblem, tooDeep, type Problem, type TextProblem } from './yaml-problems.ts';

/** What the parser found in a document; of several findings at one place the closest. */
export function syntaxProblems(document: Document.Parsed): readonly TextProblem[] {
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
    return [{ offset: 0, ...tooDeep }];
  }
  // What it only warns of is mostly style; a directive that is not understood is not.
  const unknown = document.warnings.filter(({ code }) => code === 'BAD_DIRECTIVE');
  const closest = new Map<number, ReturnType<typeof syntaxProblem>>();
  for (const error of [...document.errors, ...unknown]) {
    const [offset] = error.pos;
    const problem = syntaxProblem(error);
    const before = closest.get(offset)?.kind;
    if (before === undefined || (before === 'code' && problem.kind !== 'code')) {
      closest.set(offset, problem);
    }
  }
  return [...closest].map(([offset, { kind, ...problem }]) => ({
    ...problem,
    offset: kind === 'open' ? openingOf(document, offset) : offset,
  }));
}

/** Where the innermost quote or bracket opens that still is open at `end`. */
function openingOf(document: Document.Parsed, end: number): number {
  let opening = end;
  const look = ({ range }: { range?: readonly number[] | null }) => {
    if (range?.[1] === end) opening = range[0] ?? end;
  };
  visit(document, {
    Scalar: (_key, node) => {
      if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') look(node);
    },
    Collection: (_key, node) => {
      if (node.flow === true) look(node);
    },
  });
  return opening;
}

/**
 * No text has these, but as an escape within quotes: a file of another encoding, or no text at all. A carriage return by
 * itself is white space to JSON, the end of a line to YAML 1.2, and text to the parser.
 */
// oxlint-disable-next-line no-control-regex
const controls = /[\0-\u0008\u000B\u000C\u000E-\u001F\u007F\uFEFF]|\r(?!\n)/u;

/** A character that no text file has; undefined if there is none. */
export function foreignCharacter(text: string): TextProblem | undefined {
  const offset = text.search(controls);
  return offset < 0 ? undefined : { offset, ...foreign };
}

const foreign: Problem = {
  problem: 'a control character',
  expected: 'must be text in UTF-8; within double quotes it may be written as an escape',
};
