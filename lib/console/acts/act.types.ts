import type { Json } from '../../model/json/json.types.ts';
import type { ConsoleTarget, ConsoleWorld } from '../console.types.ts';
import type { Html } from '../html/html.types.ts';

export const actNames = ['reconcile', 'pause', 'resume', 'approve', 'retry'] as const;

export type ActName = (typeof actNames)[number];

/** What an act is about, as the address and the form have it. */
export interface Subject {
  readonly connection: string;
  /** Id of a server; absent means the whole connection. */
  readonly id?: string | undefined;
  /** What people call the server. */
  readonly label?: string | undefined;
  /** Of the held plan that is to be approved. */
  readonly digest?: string | undefined;
}

/** What a person filled in. */
export interface Filled {
  readonly reason: string;
  /** A duration of `pauseTimes`, or '' for until it is resumed. */
  readonly until: string;
}

/** The state when a form is created. An act is refused if the state has changed. */
export interface ActState {
  /** What the decision depends on. */
  readonly key: Json;
  /** The same for people. */
  readonly shown: Html;
  /** Why there is nothing to do, in words; absent where there is. */
  readonly idle?: string;
}

/** Nothing was done, and why. */
export class ActRefused extends Error {}

/** An action of the console. */
export interface Act {
  readonly title: string;
  /** The command that does the same, before it is completed with what it works on. */
  readonly command: (subject: Subject, filled?: Filled) => string;
  readonly state: (subject: Subject, target: ConsoleTarget) => Promise<ActState>;
  /** Fields of its form. */
  readonly fields?: Html;
  /** @returns what was done, in words @throws ActRefused, StoreError */
  readonly run: (
    subject: Subject,
    filled: Filled,
    target: ConsoleTarget,
    world: ConsoleWorld,
    by: string,
  ) => Promise<string>;
}
