import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatIssue, type Issue } from '../../model/errors/errors.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { isDeclarationFile } from '../../model/names/declaration-file.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { readText, type TextFault } from './read-text.ts';
import { parseText, textMaximum, type Position, type TextDocument } from './text.ts';

/** One connection as a file declares it, not yet checked by `checkDocument`. */
export interface DeclarationDocument extends TextDocument {
  /** The path that the user gave, or the given folder and the name in it. */
  readonly file: string;
}

/** An issue with its place. The path is '' if the file could not be parsed. */
export interface PlacedIssue extends Issue, Position {
  readonly file: string;
}

/** The declarations of files. Incomplete if there are issues. */
export interface DeclarationFiles {
  readonly documents: readonly DeclarationDocument[];
  /** Only issues of reading: syntax, and connections that are declared twice. */
  readonly issues: readonly PlacedIssue[];
}

/**
 * Reads declarations from files, and from those directly in a folder. Does not throw for mistakes of the user: all are
 * returned as issues.
 */
export async function readDeclarations(paths: readonly string[]): Promise<DeclarationFiles> {
  const read = await Promise.all(paths.map(filesOf));
  const files = await Promise.all([...new Set(read.flatMap((one) => one.files))].map(readOne));
  const documents = files.flatMap((one) => one.documents);
  return {
    documents,
    issues: [
      ...read.flatMap((one) => one.issues),
      ...files.flatMap((one) => one.issues),
      ...repeatedConnections(documents),
    ],
  };
}

/** An issue of a document, placed in its file. */
export function placed(document: DeclarationDocument, issue: Issue): PlacedIssue {
  return { ...issue, file: document.file, ...document.locate(issue.path) };
}

/** `file:line:column path: problem; expected`, on one line. */
export function formatPlaced(issue: PlacedIssue): string {
  const { file, line, column } = issue;
  return `${plainText(file)}:${line}:${column} ${formatIssue(issue)}`;
}

async function filesOf(path: string): Promise<{ files: string[]; issues: PlacedIssue[] }> {
  // If `stat` fails, reading the file fails too, and reports why.
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return { files: [path], issues: [] };
  let names: string[];
  try {
    names = await readdir(path);
  } catch {
    return { files: [], issues: [fileIssue(path, faults.denied)] };
  }
  const files = names
    .filter(isDeclarationFile)
    .toSorted()
    .map((name) => join(path, name));
  return { files, issues: files.length === 0 ? [fileIssue(path, emptyFolder)] : [] };
}

async function readOne(file: string): Promise<DeclarationFiles> {
  const read = await readText(file, textMaximum);
  if ('fault' in read) return { documents: [], issues: [fileIssue(file, faults[read.fault])] };
  const { documents, problems } = parseText(read.text, { json: /\.json$/i.test(file) });
  return {
    documents: documents.map((document) => ({ ...document, file })),
    issues: problems.map((problem) => ({ path: '', file, ...problem })),
  };
}

function repeatedConnections(documents: readonly DeclarationDocument[]): PlacedIssue[] {
  const first = new Map<string, DeclarationDocument>();
  return documents.flatMap((document) => {
    const name = isJsonObject(document.value) ? document.value['connection'] : undefined;
    if (typeof name !== 'string') return [];
    const before = first.get(name);
    if (!before) {
      first.set(name, document);
      return [];
    }
    const path = '/connection';
    const problem = `repeats the connection of ${before.file}:${before.locate(path).line}`;
    return [placed(document, { path, problem, expected: 'must be declared in one document' })];
  });
}

type Finding = Pick<Issue, 'problem' | 'expected'>;

const fileIssue = (file: string, finding: Finding): PlacedIssue => ({
  file,
  line: 1,
  column: 1,
  path: '',
  ...finding,
});

const emptyFolder: Finding = {
  problem: 'is a folder without declarations',
  expected: 'must have .yaml, .yml or .json files',
};

const faults: Readonly<Record<TextFault, Finding>> = {
  missing: { problem: 'does not exist', expected: 'must be a file or folder' },
  denied: { problem: 'cannot be read: permission denied', expected: 'must be readable by you' },
  folder: { problem: 'is a folder', expected: 'must be a file' },
  'too-large': { problem: 'is larger than 10 MB', expected: 'must be split into several files' },
  'not-utf8': { problem: 'is not UTF-8', expected: 'must be text in UTF-8' },
  unreadable: { problem: 'cannot be read', expected: 'must be a file or folder' },
};
