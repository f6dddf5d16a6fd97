import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { connectionName, text, version } from '../../plan/text/plan-schema.ts';
import { pauseSchema } from './status.ts';

/* What commands print that have done one thing. */

export const pausesDocumentSchema = z.object({
  version,
  pauses: described(
    z.array(z.extend(pauseSchema, { connection: connectionName })),
    'Pauses that `pause` made or `resume` ended; none where nothing was paused',
  ),
});

export const initDocumentSchema = z.object({
  version,
  files: described(z.array(text('As it was named')), 'Files that were written'),
});

export const loginDocumentSchema = z.object({
  version,
  connection: connectionName,
  place: text('Where the tokens are, such as the name of a parameter'),
});

export const consoleDocumentSchema = z.object({
  version,
  address: text('To be opened in a browser on this machine; it works once'),
});

export const versionDocumentSchema = z.object({ version, trueup: text('Version of Trueup') });
