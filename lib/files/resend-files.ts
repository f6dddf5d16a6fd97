import { isJsonObject } from '../core/json.ts';
import { isTexts } from '../core/kept-values.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';
import { readJson, removeFile, replaceFile } from './atomic-file.ts';
import { nameFor, type ConnectionFiles, type StateFolder } from './state-folder.ts';
import { fileProblem } from './store-problem.ts';

/** Servers' marks: who could not record what was sent. */
interface Marks {
  readonly id: string;
  readonly marks: ReadonlySet<string>;
}

/**
 * What is marked in a file; undefined if there is none.
 *
 * @throws StoreError if the file is damaged: that nothing was marked is not to be believed then
 */
export function readMarks(path: string): Marks | undefined {
  const found = readJson(path);
  if (found === undefined) return undefined;
  const { id, marks } = isJsonObject(found) ? found : {};
  if (typeof id === 'string' && isTexts(marks)) return { id, marks: new Set(marks) };
  throw fileProblem('store-malformed', path, 'is damaged: it holds no marks');
}

/** The part of `Ledger` that keeps marks: a file for each server that has any. */
export function resendFiles(state: StateFolder): Pick<Ledger, 'markResend' | 'clearResend'> {
  const update = (
    connection: string,
    id: string,
    change: (marks: ReadonlySet<string>) => ReadonlySet<string>,
  ) =>
    state.change(connection, (files: ConnectionFiles) => {
      const path = files.path('resend', nameFor(id));
      const marks = change(readMarks(path)?.marks ?? new Set());
      if (marks.size === 0) removeFile(path);
      else replaceFile(path, JSON.stringify({ id, marks: [...marks] }));
    });
  return {
    markResend: (connection, id, mark) =>
      update(connection, id, (marks) => new Set([...marks, mark])),
    clearResend: (connection, id, done) =>
      update(connection, id, (marks) => new Set([...marks].filter((mark) => !done.has(mark)))),
  };
}
