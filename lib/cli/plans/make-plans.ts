import type { Dependencies } from '../../pass/dependencies.types.ts';
import { previews } from '../../pass/previews.ts';
import type { Planned } from '../../pass/previews.ts';
import type { Attended } from '../../pass/request.types.ts';
import { interrupted } from '../errors/cli-error.ts';
import type { Output } from '../output/output.ts';
import type { Selection } from '../targets/select.ts';

/** Plans the selected connections, with a progress line. @throws CliError if it was stopped */
export async function makePlans(
  deps: Dependencies,
  selections: readonly Selection[],
  options: {
    /** The attended options for each connection. */
    readonly attended?: (connection: string) => Attended;
    readonly stop: AbortSignal;
    readonly output: Output;
  },
): Promise<readonly Planned[]> {
  const { attended, stop, output } = options;
  let done = 0;
  const showProgress = () => {
    const [first, second] = selections;
    const which = second ? `${done} of ${selections.length} connections` : first?.connection;
    output.progress(`reading ${which}`);
  };
  showProgress();
  const made = await previews(deps, selections, {
    attended,
    stop,
    planned: () => {
      done += 1;
      showProgress();
    },
  });
  output.progress('');
  if (!made) throw interrupted();
  return made;
}
