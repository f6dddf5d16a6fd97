/**
 * The least that a plan of a fleet in sync takes by a new process: the calls of a plan, the credential and the fingerprint
 * key. Arguments: the connection, its URL at the gateway, the name of the key's secret, and how many pages at a time.
 */
import module from 'node:module';
import { floorCalls, floorReads } from '../harness/floor.ts';
import { tokenName } from '../world/fleet.ts';

module.enableCompileCache();
const [, , connection = '', url = '', key = '', atOnce = ''] = process.argv;
const allowedHosts = process.env['TRUEUP_ALLOWED_HOSTS'] ?? '';
const calls = floorCalls({
  urls: new Map([[connection, url]]),
  endpoints: { dynamodb: {}, secretsManager: {} },
  settings: () => ({ allowedHosts }),
});
const token = calls.secret(tokenName(connection));
const list = async (name: string) => {
  await token;
  await calls.listAhead(name, Number(atOnce));
};
await Promise.all([floorReads(calls, connection, list), calls.secret(key)]);
