import { isJsonObject } from '../core/json.ts';
import { isPlan } from '../core/kept-forms.ts';
import { isInForce, isTexts } from '../core/kept-values.ts';
import type { Approval, HeldPlan, Ledger } from '../reconcile/ports/ledger.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { StoreError } from '../reconcile/ports/store-error.ts';
import { jsonFilesIn, readJson, removeFile, replaceFile } from './atomic-file.ts';
import type { ConnectionFiles, StateFolder } from './state-folder.ts';
import { fileProblem } from './store-problem.ts';

const day = 86_400_000;
const heldLife = 7 * day;
const approvalLife = day;

/** A held plan with the end of its life, in milliseconds since the epoch. */
interface HeldFile extends HeldPlan {
  readonly overAt: number;
}

/** The part of `Ledger` that holds plans and approves them. An approval has a copy of the hashes, and outlives its plan. */
export function heldFiles(
  state: StateFolder,
  clock: Clock,
): Pick<Ledger, 'putHeld' | 'held' | 'heldDigests' | 'approve' | 'approvals'> {
  return {
    held: (connection, digest) =>
      state.read(connection, (files) => heldPlan(readHeld(files, digest, clock.now()))),

    heldDigests: (connection, prefix = '') =>
      state.read(connection, (files) =>
        digestsIn(files.path('held'))
          .filter((digest) => digest.startsWith(prefix))
          .filter((digest) => readHeld(files, digest, clock.now()) !== undefined)
          .toSorted(),
      ),

    putHeld: (connection, plan) =>
      state.change(connection, (files) => {
        const now = clock.now();
        const before = readHeld(files, plan.digest, now);
        // one that is met again gets a new life at most once a day
        if (before && before.overAt > now + heldLife - day) return;
        const next: HeldFile = { ...(before ?? plan), overAt: now + heldLife };
        replaceFile(heldPath(files, plan.digest), JSON.stringify(next));
        removeOver(files, now);
      }),

    approve: (connection, { digest, at, by, hashes: own }) =>
      state.change(connection, (files) => {
        const hashes = own ?? readHeld(files, digest, clock.now())?.hashes;
        if (!hashes) {
          const path = files.path('held');
          throw fileProblem('store-absent', path, 'has no held plan of this digest', {
            connection,
          });
        }
        const approval: Approval = {
          digest,
          at,
          ...(by !== undefined && { by }),
          hashes,
        };
        replaceFile(files.path('approvals', `${digest}.json`), JSON.stringify(approval));
      }),

    approvals: (connection, now) =>
      state.read(connection, (files) =>
        digestsIn(files.path('approvals')).flatMap(
          (digest) => approvalIn(files.path('approvals', `${digest}.json`), digest, now) ?? [],
        ),
      ),
  };
}

const digestPattern = /^[A-Za-z0-9_-]{1,200}$/;

const digestsIn = (folder: string) =>
  jsonFilesIn(folder)
    .map((name) => name.slice(0, -'.json'.length))
    .filter((digest) => digestPattern.test(digest));

const heldPath = (files: ConnectionFiles, digest: string) => files.path('held', `${digest}.json`);

function heldPlan(found: HeldFile | undefined): HeldPlan | undefined {
  if (!found) return undefined;
  const { overAt: _overAt, ...plan } = found;
  return plan;
}

/** The plan of a digest, unless it is over. @throws StoreError if it cannot be read */
function readHeld(files: ConnectionFiles, digest: string, now: number): HeldFile | undefined {
  if (!digestPattern.test(digest)) return undefined;
  const path = heldPath(files, digest);
  const found = readJson(path);
  if (found === undefined) return undefined;
  const { at, plan, hashes, overAt } = isJsonObject(found) ? found : {};
  if (typeof at !== 'string' || !isPlan(plan) || !isTexts(hashes) || typeof overAt !== 'number') {
    throw fileProblem('store-malformed', path, 'is damaged: it holds no plan');
  }
  if (overAt <= now) return undefined;
  return { digest, at, plan, hashes, overAt };
}

/** An approval in force. One that is over, or that cannot be read, permits nothing. */
function approvalIn(path: string, digest: string, now: number): Approval | undefined {
  let found: unknown;
  try {
    found = readJson(path);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
  const { at, by, hashes } = isJsonObject(found) ? found : {};
  if (!isInForce(at, approvalLife, now)) return undefined;
  if (!isTexts(hashes)) return undefined;
  return { digest, at, ...(typeof by === 'string' && { by }), hashes };
}

/** Clears away plans and approvals that are over; one that is damaged stays, to be looked at. */
function removeOver(files: ConnectionFiles, now: number): void {
  for (const digest of digestsIn(files.path('held'))) {
    try {
      if (!readHeld(files, digest, now)) removeFile(heldPath(files, digest));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
  for (const digest of digestsIn(files.path('approvals'))) {
    const path = files.path('approvals', `${digest}.json`);
    if (!approvalIn(path, digest, now)) removeFile(path);
  }
}
