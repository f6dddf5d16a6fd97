import { digestOf } from '../../plan/diff/change.ts';
import type { ConsoleWorld } from '../console.types.ts';
import type { Page } from '../html/layout.ts';
import { actPage, donePage } from './act-page.ts';
import type { Asked } from './act-page.ts';
import { ActRefused } from './act.types.ts';
import type { Filled } from './act.types.ts';

/** The result of a form. */
export interface Answered {
  readonly status: 200 | 403 | 409;
  readonly page: Page;
}

/** Maximum number of sent forms that are stored, the latest ones. */
const mostForms = 1000;

/**
 * Creates and processes forms, one at a time, so that the state of a form is still current when it acts. Another
 * process may act at the same time, so acts are idempotent.
 */
export class ActDesk {
  readonly #world: ConsoleWorld;
  readonly #formToken: string;
  readonly #done: () => void;
  readonly #taken = new Map<string, Promise<Answered>>();
  #turn: Promise<unknown> = Promise.resolve();

  /** @param done - called after each act, because earlier readings are then outdated */
  constructor(world: ConsoleWorld, formToken: string, done: () => void) {
    this.#world = world;
    this.#formToken = formToken;
    this.#done = done;
  }

  /** The form of an act for the current state. @throws ActRefused, StoreError */
  async form(asked: Asked, refusal?: string): Promise<Page> {
    const { isWriting, next, uuid } = this.#world;
    const state = await asked.act.state(asked.subject, await this.#world.target());
    const parts = { formToken: this.#formToken, form: uuid(), seen: digestOf(state.key) };
    return actPage(asked, state, next, isWriting ? parts : undefined, refusal);
  }

  /** Processes a form, once. @throws StoreError */
  async take(asked: Asked, form: string, seen: string, filled: Filled): Promise<Answered> {
    const before = this.#taken.get(form);
    if (before) return before;
    const answer = this.#turn.then(() => this.#act(asked, seen, filled));
    this.#turn = answer.catch(() => undefined);
    this.#taken.set(form, answer);
    // A form that failed may be sent again; the state shows whether it had an effect.
    answer.catch(() => this.#taken.delete(form));
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > mostForms && oldest !== undefined) this.#taken.delete(oldest);
    return answer;
  }

  async #act(asked: Asked, seen: string, filled: Filled): Promise<Answered> {
    const { act, subject } = asked;
    const target = await this.#world.target();
    try {
      const state = await act.state(subject, target);
      if (digestOf(state.key) !== seen || state.idle !== undefined) {
        return { status: 409, page: await this.form(asked, changed) };
      }
      const said = await act.run(subject, filled, target, this.#world, await this.#world.caller());
      return {
        status: 200,
        page: donePage(asked, said, this.#world.next(act.command(subject, filled))),
      };
    } catch (error) {
      if (!(error instanceof ActRefused)) throw error;
      return { status: 409, page: await this.form(asked, error.message) };
    } finally {
      this.#done();
    }
  }
}

const changed = 'It changed since the page was opened. The current state is below.';
