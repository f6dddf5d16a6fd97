import { secretsFileStore } from '../../../sign-in/saved/secrets-file.ts';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { systemClock } from '../../../wiring.ts';
import { desiredFiles } from '../../../desired/yaml/desired-files.ts';
import { fingerprintFile } from '../../../secrets/files/fingerprint-file.ts';
import { leaseStore } from '../../../lease/lease-store.ts';
import { processLeaseStore } from '../../../lease/process-lease-store.ts';
import { processMarks } from '../../../table/sqlite/process-marks.ts';
import { stateTable } from '../../../table/sqlite/state-table.ts';
import { openLedger } from '../../../ledger/ledger.ts';
import { noAnnouncer } from '../../../work/events.ts';
import { secretsFile } from '../../../secrets/files/secrets-file.ts';
import { createHttpClient } from '../../../gateways/http/client.ts';
import { createHostProbe } from '../../../gateways/http/host-probe.ts';
import { parseAllowedHosts } from '../../../gateways/http/host-rule.ts';
import { createTokenExchange } from '../../../sign-in/token-exchange.ts';
import { createProviders } from '../../../gateways/gateways.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { SeenDate } from '../../../model/runtime.types.ts';
import { noQueue } from '../../../work/queue.ts';
import { defaultSettings } from '../../../lease/settings.types.ts';
import { checkFiles, issueLine } from './check-files.ts';
import type { CheckedFiles } from './check-files.ts';
import { InvalidFilesError } from '../../errors/cli-error.ts';
import { createLog } from '../../output/log.ts';
import { secretNames } from './secret-names.ts';
import { watchedFiles } from './watched-files.ts';
import { clockName, ownerName, userAndHost } from '../owner-name.ts';
import type { OpenContext } from '../chosen.ts';
import type { Target } from '../target.ts';

/** Maximum number of gateway dates that are kept, the latest ones. */
const mostDates = 100;

/** A target with declarations from files, the ledger in a folder, and secrets from a file or variables, without AWS. */
export async function filesTarget(context: OpenContext): Promise<Target> {
  const { cwd, options, output, settings, wiring } = context;
  const { clock = systemClock, random = Math.random } = wiring;
  // The user owns both the declarations and these settings.
  const hosts = { allowed: parseAllowedHosts(settings.allowedHosts), trustDocumentedHosts: true };
  const vendorDates: SeenDate[] = [];
  const http = createHttpClient({
    hosts,
    clock,
    random,
    timeoutMs: defaultSettings.attemptMs,
    onDate: (seen) => {
      vendorDates.push(seen);
      // A command may run for weeks.
      if (vendorDates.length > mostDates) vendorDates.shift();
    },
  });
  const providers = createProviders(http);
  const check = () => checked(context, { providers, secretPrefix: settings.secretPrefix });
  const first = await check();
  const folder = resolve(cwd, options.state);
  const keys = fingerprintFile(folder);
  const table = stateTable(folder, clock);
  const marks = processMarks(folder);
  const secretsPath = options.secrets === undefined ? undefined : resolve(cwd, options.secrets);
  const places = {
    cwd,
    paths: options.file,
    ...(options.secrets !== undefined && { secretsPath: options.secrets }),
  };
  const common = {
    ledger: openLedger({ table, clock }),
    lease: processLeaseStore(leaseStore(table), marks),
    credentials: new Map(),
    signIns: secretsFileStore({ file: secretsPath, prefix: settings.secretPrefix }),
    tokens: createTokenExchange({ http, clock }),
    owner: ownerName(context),
  };
  const targetOf = (files: CheckedFiles): Target => {
    const secrets = secretsFile({
      ...(secretsPath !== undefined && { file: secretsPath }),
      variables: settings.secretVariables,
      names: files.documents.flatMap(({ value }) => secretNames(value)),
      keys,
      prefix: settings.secretPrefix,
    });
    const deps: Dependencies = {
      desired: desiredFiles(files),
      ...common,
      secrets,
      providers,
      announcer: noAnnouncer,
      queue: noQueue,
      keys,
      clock,
      random,
      uuid: randomUUID,
      log: createLog(output),
      settings: defaultSettings,
      readersRenew: true,
      secretPrefix: settings.secretPrefix,
      clockName: clockName(),
    };
    return {
      kind: 'files',
      name: nameOf(context),
      deps,
      connections: () => connectionsIn(files),
      caller: async () => userAndHost(settings),
      files: {
        ...watchedFiles(places, files.documents, secrets),
        again: async () => targetOf(await check()),
      },
      diagnosis: {
        desired: nameOf(context),
        ledger: `state folder ${options.state}`,
        secrets,
        probe: createHostProbe({ hosts }),
        vendorDates,
      },
      close: async () => {
        marks.close();
        table.close();
      },
    };
  };
  return targetOf(first);
}

/** A target with declarations from files, and the rest from `base`. */
export async function withFiles(base: Target, context: OpenContext): Promise<Target> {
  const files = await checked(context, base.deps).catch(async (error: unknown) => {
    await base.close();
    throw error;
  });
  const { writer: _rows, ...rest } = base;
  return {
    ...rest,
    name: nameOf(context),
    deps: { ...base.deps, desired: desiredFiles(files) },
    connections: () => connectionsIn(files),
    diagnosis: { ...base.diagnosis, desired: nameOf(context) },
  };
}

async function checked(
  { cwd, options: { file } }: OpenContext,
  options: Pick<Dependencies, 'providers' | 'secretPrefix'>,
): Promise<CheckedFiles> {
  const files = await checkFiles(file, { cwd, ...options });
  if (files.issues.length > 0) throw new InvalidFilesError(files.issues.map(issueLine));
  return files;
}

async function connectionsIn(files: CheckedFiles): Promise<readonly string[]> {
  return (await Array.fromAsync(desiredFiles(files).connections())).toSorted();
}

const nameOf = ({ options: { file } }: OpenContext) => file.join(', ');
