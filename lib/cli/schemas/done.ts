import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { connectionName, text, version } from '../../plan/text/plan-schema.ts';
import { pauseSchema } from './status.ts';

/* The output of commands with a single result. */

export const pausesDocumentSchema = z.object({
  version,
  pauses: described(
    z.array(z.extend(pauseSchema, { connection: connectionName })),
    'Pauses that `pause` set or `resume` ended; empty if nothing was paused',
  ),
});

export const initDocumentSchema = z.object({
  version,
  files: described(z.array(text('As given')), 'Files that were written'),
});

export const loginDocumentSchema = z.object({
  version,
  connection: connectionName,
  place: text('Where the tokens are stored, such as the name of a parameter'),
});

export const consoleDocumentSchema = z.object({
  version,
  address: text('Open it in a browser on this machine; it is valid once'),
});

export const versionDocumentSchema = z.object({ version, trueup: text('Version of Trueup') });
