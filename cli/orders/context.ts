import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readConfig } from '../../lib/config.ts';
import { InvalidInputError, UnavailableError } from '../../lib/errors.ts';
import { readStackOutputs } from '../../operations/aws/stack-outputs.ts';
import {
  openDeployedPipeline,
  openEmbeddedPipeline,
  stackNameOf,
} from '../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { stopOnSignals } from '../../program/stop-on-signals.ts';
import { EXIT } from './exit-status.ts';
import { createStyle, type Style } from './style.ts';

/** The pipeline, output style and signal that a command works with. */
export interface Context extends AsyncDisposable {
  /** Whether the answer will be JSON: then nothing else may go to stdout. */
  json: boolean;
  /** For what goes to stdout. */
  style: Style;
  /** Aborted by Ctrl-C. Only commands that ask for it are not ended at once. */
  signal(): AbortSignal;
  /** Opens the pipeline that the command line names; closed when the command is done. */
  open(): Promise<Pipeline>;
}

export function createContext(options: { stage?: string; region?: string; json?: true }): Context {
  let pipeline: Promise<Pipeline> | undefined;
  let interrupting: AbortController | undefined;
  return {
    json: options.json ?? false,
    style: createStyle(process.stdout),
    signal() {
      if (!interrupting) {
        const controller = new AbortController();
        interrupting = controller;
        stopOnSignals(() => controller.abort(), EXIT.interrupted);
      }
      return interrupting.signal;
    },
    open() {
      pipeline ??= findPipeline(options);
      return pipeline;
    },
    async [Symbol.asyncDispose]() {
      await pipeline?.then(
        (opened) => opened.close(),
        () => undefined,
      );
    },
  };
}

const PROJECT = resolve(import.meta.dirname, '../..');

/**
 * Finds the pipeline that a command line names: a stage on AWS, by the outputs of its stack, or the embedded cloud, by the
 * outputs that it wrote when it started.
 *
 * @throws UnavailableError if the embedded cloud is not running
 * @throws InvalidInputError if the stage is not deployed
 */
async function findPipeline({ stage, region }: { stage?: string; region?: string }): Promise<Pipeline> {
  if (stage === undefined) return openEmbeddedPipeline(await readEmbeddedOutputs());
  const place = region === undefined ? {} : { region };
  const stackName = stackNameOf(stage);
  const outputs = await readStackOutputs(stackName, place).catch((error: Error & { code?: string }) => {
    if (error.code !== 'ValidationError') throw error;
    throw new InvalidInputError(`--stage: must be a deployed stage, received ${stage} (${error.message})`);
  });
  return openDeployedPipeline(stage, outputs, place);
}

async function readEmbeddedOutputs(): Promise<Record<string, unknown>> {
  const { ORDER_PIPELINE_LOCAL_DIR = '.local' } = readConfig('ORDER_PIPELINE_LOCAL_DIR');
  const file = join(resolve(PROJECT, ORDER_PIPELINE_LOCAL_DIR), 'outputs.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new UnavailableError(
      `the embedded cloud is not running (no ${file}): start it with npm start, or name a stage on AWS with --stage`,
    );
  });
  return JSON.parse(text);
}
