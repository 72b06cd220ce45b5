import { oneOf, parseOptions, UsageError, wholeNumber } from '../program/options.ts';
import { FUNCTION_NAMES, queueFunction } from './functions.ts';

/** Options of a worker. */
export interface WorkerOptions {
  functionName: string;
  /** Number of pollers, which is also the maximum number of batches in flight. */
  concurrency: number;
  /** Time limit of a batch in seconds. Default: a sixth of the queue's visibility timeout. */
  timeout: number | undefined;
  /** Seconds that batches in flight have to finish when the worker stops. */
  deadline: number;
  /** Port of the health endpoint. Default: none. */
  healthPort: number | undefined;
  /** File of `NAME=value` lines with settings; variables of the environment take precedence. */
  settingsFile: string | undefined;
}

export const HELP = `Usage: npm run worker -- --function NAME [options]
       node order-worker.mjs --function NAME [options]

Run a function as a long-running process: poll its queue and call its handler as Lambda would. Queue URL and settings come from
the environment, as on Lambda. SIGTERM or Ctrl-C stops the worker gracefully, a second one immediately.

  --function NAME   function to run: ${FUNCTION_NAMES.join(', ')}
  --concurrency N   number of pollers, 1 to 200 (default: ${FUNCTION_NAMES.map((name) => `${name} ${queueFunction(name).workerConcurrency}`).join(', ')})
  --timeout S       time limit of a batch in seconds (default: a sixth of the queue's visibility timeout)
  --deadline S      seconds that batches in flight have to finish at a stop (default: 25)
  --health-port N   answer GET /health on this port of 127.0.0.1, 0 for any free port (default: no endpoint)
  --settings FILE   read settings that the environment lacks, such as .local/workers/consumer.env while npm start runs
  --help            show this help
`;

/**
 * Reads the command line of a worker.
 *
 * @returns The options; undefined for `--help`.
 * @throws UsageError that names the option, its rule and the value received
 */
export function readWorkerOptions(args: readonly string[]): WorkerOptions | undefined {
  const values = parseOptions(args, {
    function: { type: 'string' },
    concurrency: { type: 'string' },
    timeout: { type: 'string' },
    // By default, ECS sends SIGKILL 30 s after SIGTERM.
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    deadline: { type: 'string', default: '25' },
    'health-port': { type: 'string' },
    settings: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  const functionName = oneOf('--function', values.function, FUNCTION_NAMES);
  const optional = (option: 'concurrency' | 'timeout' | 'health-port', min: number, max: number) => {
    const text = values[option];
    return text === undefined ? undefined : wholeNumber(`--${option}`, text, min, max);
  };
  if (values.settings === '')
    throw new UsageError('--settings: must be the path of a file, received nothing');
  return {
    functionName,
    concurrency: optional('concurrency', 1, 200) ?? queueFunction(functionName).workerConcurrency,
    // SQS hides a message for at most 12 hours in all.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
    timeout: optional('timeout', 1, 43_200),
    deadline: wholeNumber('--deadline', values.deadline, 0, 43_200),
    healthPort: optional('health-port', 0, 65_535),
    settingsFile: values.settings,
  };
}
