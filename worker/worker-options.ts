import { oneOf, parseOptions, UsageError, wholeNumber } from '../program/options.ts';
import { FUNCTION_NAMES, queueFunction } from './functions.ts';

/** What a worker is asked to do. */
export interface WorkerOptions {
  functionName: string;
  /** Polls in flight, and so batches in hand, at most. */
  concurrency: number;
  /** Seconds that a batch may take; a sixth of the queue's visibility timeout where it is left out. */
  timeout: number | undefined;
  /** Seconds that batches in hand get to end when the worker stops. */
  deadline: number;
  /** No health endpoint where it is left out. */
  healthPort: number | undefined;
  /** Holds settings, `NAME=value` a line; what the environment has already stays. */
  settingsFile: string | undefined;
}

export const HELP = `Usage: npm run worker -- --function NAME [options]
       node order-worker.mjs --function NAME [options]

Polls the queue of a function and runs the function on what it finds, as Lambda would. Queue and settings come from the
environment, as on Lambda. SIGTERM and Ctrl-C stop it in order, a second one at once.

  --function NAME   ${FUNCTION_NAMES.join(', ')}
  --concurrency N   polls in flight, 1 to 200             (${FUNCTION_NAMES.map((name) => `${name} ${queueFunction(name).workerConcurrency}`).join(', ')})
  --timeout S       seconds that a batch may take         (a sixth of the queue's visibility timeout)
  --deadline S      seconds for what is in hand at a stop (25)
  --health-port N   answers GET /health on 127.0.0.1, 0 for any free port
  --settings FILE   settings that the environment lacks, e.g. .local/worker.env while npm start is up
  --help            show this
`;

/**
 * Reads the command line of a worker.
 *
 * @returns undefined where it asks for help
 * @throws UsageError that names the option, its rule and the value received
 */
export function readWorkerOptions(args: readonly string[]): WorkerOptions | undefined {
  const values = parseOptions(args, {
    function: { type: 'string' },
    concurrency: { type: 'string' },
    timeout: { type: 'string' },
    // Containers get 30 s between SIGTERM and SIGKILL from ECS.
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    deadline: { type: 'string', default: '25' },
    'health-port': { type: 'string' },
    settings: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  const functionName = oneOf('--function', values.function, FUNCTION_NAMES);
  const given = (option: 'concurrency' | 'timeout' | 'health-port', least: number, most: number) => {
    const text = values[option];
    return text === undefined ? undefined : wholeNumber(`--${option}`, text, least, most);
  };
  if (values.settings === '') throw new UsageError('--settings: must be a file, received nothing');
  return {
    functionName,
    concurrency: given('concurrency', 1, 200) ?? queueFunction(functionName).workerConcurrency,
    // A message can be hidden for 12 hours in all.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
    timeout: given('timeout', 1, 43_200),
    deadline: wholeNumber('--deadline', values.deadline, 0, 43_200),
    healthPort: given('health-port', 0, 65_535),
    settingsFile: values.settings,
  };
}
