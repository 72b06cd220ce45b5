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
import { type Answer, answering, createCommand as create } from '../command.ts';
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
    'Sets how many invocations of a function its queue may have at once, pauses or resumes it; without an option, shows it.',
  )
    .addArgument(
      new Argument('<function>', 'a function that a queue invokes').choices(
        QUEUES.map(({ consumer }) => consumer),
      ),
    )
    .option('--concurrency <n>', 'invocations at once, from 2 to 1,000')
    .option('--pause', 'leave messages in the queue; batches in hand end as they would have')
    .option('--resume', 'poll the queue again')
    .addHelpText(
      'after',
      '\nIt lasts until the next deployment, or the next npm start: both set what serverless.yml says.\n',
    )
    .action(answering(onExit, throttle));
}

async function throttle(context: Context, name: string, options: Options): Promise<Answer> {
  const change = readChange(options);
  const pipeline = await context.open();
  refuseUnknown(pipeline, name);
  if (Object.keys(change).length > 0) await setThrottle(pipeline, name, change);
  const mapping = (await readMappings(pipeline)).get(name);
  if (!mapping)
    return { data: { function: name, mapping: null }, text: `  ${name}: nothing polls its queue\n` };
  const { id, ...state } = mapping;
  // Lambda may tell the old values for a while yet.
  const shown: MappingStatus = {
    ...state,
    ...(change.maximumConcurrency !== undefined && { maximumConcurrency: change.maximumConcurrency }),
    ...(change.enabled !== undefined && { enabled: change.enabled }),
  };
  return { data: { function: name, mapping: shown }, text: describe(name, shown) };
}

function readChange({ concurrency, pause, resume }: Options): ThrottleChange {
  if (pause && resume) throw new UsageError('--pause: must not come with --resume');
  return {
    ...(concurrency !== undefined && {
      maximumConcurrency: wholeNumber('--concurrency', concurrency, THROTTLE.least, THROTTLE.most),
    }),
    ...((pause || resume) && { enabled: resume === true }),
  };
}

function describe(name: string, { queue, enabled, maximumConcurrency, batchSize }: MappingStatus): string {
  const state = enabled ? 'is polled' : 'is paused: its messages wait';
  const limit =
    maximumConcurrency === null ? 'no limit' : `at most ${whole(maximumConcurrency)} invocations at once`;
  return `  ${name}: ${limit}, of up to ${whole(batchSize)} messages each; the ${queue} queue ${state}\n`;
}
