import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { TokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import type { Aws } from './aws.ts';
import type { Deployment, Outputs, Stacks } from './deployment.ts';
import { eventually, type Steps } from './steps.ts';
import type { Trueup } from './trueup.ts';

export type Barndoor = Awaited<ReturnType<typeof startBarndoor>>;

/** What the chapters share. */
export interface Scene {
  readonly aws: Aws;
  readonly deployment: Deployment;
  /** The vendor of the connection whose rows are written with AWS calls. */
  readonly barndoor: Barndoor;
  /** Of the connection that the command line declares. */
  readonly laptopVendor: Barndoor;
  /** Of the connection that a person signs in for, and who issues its tokens. */
  readonly signedInVendor: Barndoor;
  readonly issuer: TokenEndpoint;
  /** Of the connection whose servers share a secret. */
  readonly fleetVendor: Barndoor;
  readonly steps: Steps;
  /** The command line with a role of the stack. */
  readonly trueup: Trueup;
  /** Deploys the stack with these additional settings; from then on `output` has its outputs. */
  readonly deploy: (
    settings: object,
    others?: Stacks,
  ) => Promise<Readonly<Record<string, Outputs>>>;
  /** An output of the stack, by its name without prefix. */
  readonly output: (name: string) => string;
}

export const stackName = 'TrueupE2e';
export const connection = 'acme';
export const token = 'token-of-acme';
export const serverId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const [salesforce, github, poison] = [serverId(0), serverId(1), serverId(2)];
export const salesforceSecret = `trueup/${connection}/salesforce`;

/** A vendor with this many undeclared servers; it accepts the one token, or those of an issuer. */
export function startVendor(servers: number, issuer?: TokenEndpoint): Promise<Barndoor> {
  const list = Array.from({ length: servers }, (_, n) => ({
    id: serverId(n),
    name: `Before ${n}`,
    slug: `before-${n}`,
  }));
  return startBarndoor({ servers: list, tokens: issuer?.accepts ?? [token] });
}

/** What was changed at a server, and by which trigger, from the Ledger. */
export async function triggers(scene: Scene, server: string): Promise<readonly string[]> {
  const { aws, output } = scene;
  const history = await aws.items(output('LedgerTable'), connection, 'history#');
  return history.flatMap(({ record }) => {
    const change = JSON.parse(String(record)) as { kind: string; server: string; trigger: string };
    return change.kind === 'change' && change.server === server ? [change.trigger] : [];
  });
}

export function drained({ aws, output }: Scene): Promise<true> {
  return eventually('an empty work queue', async () => {
    const has = await aws.queue(output('QueueUrl'));
    const waiting = has.ApproximateNumberOfMessages === '0';
    return waiting && has.ApproximateNumberOfMessagesNotVisible === '0' ? true : undefined;
  });
}
