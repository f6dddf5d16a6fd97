import type { PassReport } from '../../../model/ledger.types.ts';
import { printable } from '../../../model/text/shown-value.ts';
import { reportHead } from '../../../plan/text/render-text.ts';
import type { CommandContext } from '../../context.ts';
import { explain } from '../../errors/explain.ts';

/** Log lines, one for each event, as text or JSON. */
export interface Lines {
  readonly started: (connections: readonly string[], everyMs: number) => void;
  readonly pass: (report: PassReport) => void;
  /** Another command has the connection's lease. */
  readonly busy: (connection: string) => void;
  /** No pass was run, for a connection or for all. */
  readonly error: (error: unknown, connection?: string) => void;
  readonly ended: () => void;
}

export function createLines({ output, options, next }: CommandContext, now: () => number): Lines {
  const isJson = options.output === 'json';
  const line = (event: string, text: string, data: object = {}) => {
    const at = new Date(now()).toISOString();
    const document = { version: 1, at, event, ...data };
    output.result(isJson ? printable(JSON.stringify(document)) : `${at} ${text}`);
  };
  return {
    started: (connections, everyMs) => {
      const every = `${everyMs / 1000} s`;
      const text = `watching ${connections.join(', ')}: a pass every ${every} and after a change`;
      line('started', text, { connections, everyMs });
    },
    pass: (report) => line('pass', reportHead(report), { report }),
    busy: (connection) => {
      const text = `${connection}: another command has the lease; a pass follows`;
      line('busy', text, { connection });
    },
    error: (error, connection) => {
      const { problem, next: step } = explain(error, { next });
      const whose = connection === undefined ? '' : `${connection}: `;
      const text = `${whose}no pass: ${problem}; next: ${step}`;
      const data = { ...(connection !== undefined && { connection }), problem, next: step };
      line('error', text, data);
    },
    ended: () => line('ended', 'ended'),
  };
}
