import { Argument, type Command } from 'commander';
import type { MappingStatus } from '../../../operations/status/pipeline-status.ts';
import {
  readMappings,
  refuseUnknown,
  setThrottle,
  THROTTLE,
  type ThrottleChange,
} from '../../../operations/status/throttle.ts';
import { UsageError, wholeNumber } from '../../../program/options.ts';
import { QUEUES } from '../../../topology.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';

interface Options {
  concurrency?: string;
  pause?: true;
  resume?: true;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create(
    'throttle',
    "Show a function's maximum concurrency; with an option, set it, or pause or resume the function",
  )
    .addArgument(
      new Argument('<function>', 'function that processes a queue').choices(
        QUEUES.map(({ consumer }) => consumer),
      ),
    )
    .option('--concurrency <n>', 'maximum number of concurrent invocations, from 2 to 1,000')
    .option('--pause', 'stop polling the queue; batches in flight are finished')
    .option('--resume', 'poll the queue again')
    .addHelpText(
      'after',
      '\nThe change lasts until the next deployment or npm start, which apply the settings of serverless.yml.\n',
    )
    .action(createAction(onExit, throttle));
}

async function throttle(context: Context, name: string, options: Options): Promise<CommandResult> {
  const change = readChange(options);
  const pipeline = await context.open();
  refuseUnknown(pipeline, name);
  if (Object.keys(change).length > 0) await setThrottle(pipeline, name, change);
  const mapping = (await readMappings(pipeline)).get(name);
  if (!mapping)
    return {
      data: { function: name, mapping: null },
      text: `  ${name}: no event source mapping polls its queue\n`,
    };
  const { id, ...state } = mapping;
  // Lambda may still report the old values.
  const shown: MappingStatus = {
    ...state,
    ...(change.maximumConcurrency !== undefined && { maximumConcurrency: change.maximumConcurrency }),
    ...(change.enabled !== undefined && { enabled: change.enabled }),
  };
  return { data: { function: name, mapping: shown }, text: describe(name, shown) };
}

function readChange({ concurrency, pause, resume }: Options): ThrottleChange {
  if (pause && resume) throw new UsageError('--pause: cannot be used with --resume');
  return {
    ...(concurrency !== undefined && {
      maximumConcurrency: wholeNumber('--concurrency', concurrency, THROTTLE.min, THROTTLE.max),
    }),
    ...((pause || resume) && { enabled: resume === true }),
  };
}

function describe(name: string, { queue, enabled, maximumConcurrency, batchSize }: MappingStatus): string {
  const state = enabled ? 'is polled' : 'is paused, its messages wait';
  const limit = maximumConcurrency === null ? 'unlimited' : `at most ${whole(maximumConcurrency)}`;
  return `  ${name}: ${limit} concurrent invocations, up to ${whole(batchSize)} messages each; the ${queue} queue ${state}\n`;
}
