/** A message of the queue: a hint that carries a key. State is read anew. */
export interface WorkMessage {
  readonly version: 1;
  readonly connection: string;
  /** At most ten; absent means the whole connection. */
  readonly servers?: readonly string[];
  readonly reason: 'share' | 'stream' | 'rotation' | 'continuation' | 'retry' | 'handover';
  /** ISO 8601: when the work was due. */
  readonly dueAt: string;
}

/** Sends work. `delayMs` at most 15 minutes. */
export interface WorkQueue {
  send(messages: readonly { message: WorkMessage; delayMs?: number }[]): Promise<void>;
}
