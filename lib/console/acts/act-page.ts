import { html } from 'hono/html';
import type { NextCommand } from '../../model/text/next-command.types.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { command, href, link, name } from '../html/parts.ts';
import type { FleetReading } from '../reading.ts';
import { acts } from './acts.ts';
import { actNames } from './act.types.ts';
import type { Act, ActName, ActState, Subject } from './act.types.ts';

/** An act and what it is about. */
export interface Asked {
  readonly name: ActName;
  readonly act: Act;
  readonly subject: Subject;
}

/** More than any gateway's id, or any label. */
const longestId = 256;

/** @returns undefined for a request that no page of the console makes */
export function askedIn(given: (field: string) => string | undefined): Asked | undefined {
  const actName = actNames.find((one) => one === given('act'));
  const connection = given('connection') ?? '';
  const id = given('id') || undefined;
  const digest = given('digest') || undefined;
  if (!actName || !connectionNameSchema.safeParse(connection).success) return undefined;
  if (id !== undefined && (id.length > longestId || (newLabelIn(id) ?? id).includes('#'))) {
    return undefined;
  }
  if (actName === 'approve' ? !/^[0-9a-f]{8,64}$/.test(digest ?? '') : digest !== undefined) {
    return undefined;
  }
  if (id !== undefined && (actName === 'approve' || actName === 'reconcile')) return undefined;
  return { name: actName, act: acts[actName], subject: { connection, id, digest } };
}

/**
 * The same with the server's label; undefined if it is not declared. A pause may be for a server that is no longer
 * declared.
 */
export function known(asked: Asked, { connections }: FleetReading): Asked | undefined {
  const { connection, id } = asked.subject;
  const reading = connections.find((one) => one.connection === connection);
  if (!reading || id === undefined) return reading && asked;
  const server = reading.status?.servers.find((one) => one.id === id);
  if (!server && asked.name !== 'resume') return undefined;
  return { ...asked, subject: { ...asked.subject, label: server?.label } };
}

/** Hidden fields of a form. */
export interface FormParts {
  readonly formToken: string;
  /** Id of the form, so that it acts only once. */
  readonly form: string;
  /** Digest of the state that the form shows. */
  readonly seen: string;
}

const title = ({ act, subject: { connection, id, label } }: Asked) =>
  name(`${act.title} ${connection}${id === undefined ? '' : `/${label ?? id}`}`);

/** The form of an act, with the command that does the same; without `parts` only that: the console is read-only. */
export function actPage(
  asked: Asked,
  state: ActState,
  next: NextCommand,
  parts: FormParts | undefined,
  refusal?: string,
): Page {
  const { act, subject } = asked;
  const body = html`${
      refusal === undefined
        ? ''
        : html`<div class="note error" role="alert">
            <p><strong>Nothing was done.</strong> ${refusal}</p>
          </div>`
    }
    <h2>Current state</h2>
    ${state.shown}
    <h2>The command that does the same</h2>
    <p>${command(next(act.command(subject)))}</p>
    ${formPart(asked, state, parts)} ${back(subject)}`;
  return { title: title(asked), place: undefined, body };
}

function formPart(
  { name: actName, act, subject }: Asked,
  { idle }: ActState,
  parts?: FormParts,
): Html {
  if (idle !== undefined) return html`<p>${idle} There is nothing to do.</p>`;
  if (!parts)
    return html`<p>This console is read-only. To make changes here, start it with --write.</p>`;
  const hidden = { act: actName, ...subject, label: undefined, ...parts };
  return html`<form action="/act" method="post" class="column">
    ${Object.entries(hidden).map(([field, value]) =>
      value === undefined ? '' : html`<input type="hidden" name="${field}" value="${value}" />`,
    )}
    ${act.fields ?? ''}
    <button>${act.title}</button>
  </form>`;
}

/** What was done, and the command that would have done the same. */
export function donePage(asked: Asked, said: string, line: string): Page {
  const body = html`<div class="note" role="status"><p>${said}</p></div>
    <p>The command that does the same: ${command(line)}</p>
    ${back(asked.subject)}`;
  return { title: title(asked), place: undefined, body };
}

function back({ connection, id }: Subject): Html {
  return html`<ul class="acts">
    ${id === undefined ? '' : html`<li>${link(href('/server', { connection, id }), 'The server')}</li>`}
    <li>${link(href('/servers', { connection }), `Servers of ${connection}`)}</li>
    <li>${link(href('/history', { connection }), 'History')}</li>
  </ul>`;
}
