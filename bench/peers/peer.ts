import type { Measured } from './measure-process.ts';

/** A fleet of one gateway account that a tool of its own manages. */
export interface Account {
  /** Connection that `bench/world/fleet.ts` computes the servers from: `fleetServer(connection, index, round)`. */
  readonly connection: string;
  readonly servers: number;
  /** Base URL of the account at the simulated gateway. Any bearer token is accepted. */
  readonly url: string;
  /** An empty folder for configuration and state. */
  readonly folder: string;
}

/** What the command is expected to find: its exit code may depend on it. */
export type Expected = 'in sync' | 'changes';

/** A tool with a fleet that it manages and that is in sync. */
export interface Managed {
  /** Declares other names for the first servers. A round differs from the one before. */
  declare(changed: number, round: number): Promise<void>;
  /** Passes the tool new secrets of the first servers by hand. Absent: it reads the secret store itself. */
  readonly passSecrets?: (changed: number, round: number) => Promise<void>;
  /** A whole command as a user types it: `plan` only shows, `apply` sends without asking. */
  command(kind: 'plan' | 'apply', expected: Expected): Measured;
  /** How many servers to update the output of a command shows. */
  updates(stdout: string): number;
}

/** A tool that the benchmark compares. To add one, implement this and add it to `tools.ts`. */
export interface Peer {
  /** In the figures: short, lower case. */
  readonly id: string;
  /** On the page, with its version. */
  readonly name: string;
  /** Writes configuration and state as after an import of all servers, without a call to the gateway. */
  manage(account: Account): Promise<Managed>;
}
