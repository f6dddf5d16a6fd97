import type { Pointer } from './json/json.types.ts';
import type { ShownValue, Time } from './ledger.types.ts';
import type { Cause, Trigger } from './outcome.ts';

/** The commands that run passes, as the history names them. */
export type PassCommand = 'apply' | 'retry';

/** The user who ran a command. */
export interface Caller {
  /** The AWS identity, or user and host. */
  readonly by: string;
  readonly command: PassCommand;
}

/** The history's record of one server's PUT. */
export interface ChangeRecord extends Partial<Caller> {
  readonly kind: 'change';
  readonly server: string;
  readonly label?: string;
  readonly at: Time;
  readonly pass: string;
  readonly trigger: Trigger;
  /** Content hash of the declaration that was applied. */
  readonly declaration?: string;
  /** Digest of the approval that allowed the change. */
  readonly approval?: string;
  readonly fields: readonly {
    readonly pointer: Pointer;
    readonly cause: Cause;
    readonly before: ShownValue;
    readonly after: ShownValue;
  }[];
}

/** A server, or the whole connection if there is none. The label is only for output. */
interface OfServer {
  readonly server?: string;
  readonly label?: string;
}

/**
 * The history's record of a server that is created or deleted, written before the request is sent: the request, and the
 * approval that allowed it.
 */
export interface LifecycleRecord extends Partial<Caller> {
  readonly kind: 'create' | 'delete';
  /** For a server to be created, the key of its row. */
  readonly server: string;
  readonly label?: string;
  readonly at: Time;
  readonly pass: string;
  readonly trigger: Trigger;
  readonly declaration?: string;
  readonly approval?: string;
  /** What is sent, or what could be read of the server that is deleted. */
  readonly fields: ChangeRecord['fields'];
}

/** The history's record of a user's command that sends no changes, such as a pause. */
export type ActRecord = {
  readonly at: Time;
  /** The AWS identity, or user and host, or `unknown`. */
  readonly by: string;
} & (
  | { readonly kind: 'approve'; readonly digest: string; readonly changes: number }
  | (OfServer & {
      readonly kind: 'pause';
      readonly until?: Time;
      readonly reason?: string;
    })
  | (OfServer & { readonly kind: 'resume' })
  | (OfServer & { readonly kind: 'retry'; readonly resend?: true })
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'login' }
  | { readonly kind: 'push'; readonly rows: readonly PushedRow[] }
);

/** A row that a push wrote or removed; without `server`, the connection's own row. */
export interface PushedRow {
  readonly server?: string;
  readonly label?: string;
  readonly action: 'add' | 'change' | 'remove';
}

/** `history#<time-ordered id>`: what was done, and by whom. */
export type HistoryRecord = ChangeRecord | LifecycleRecord | ActRecord;
