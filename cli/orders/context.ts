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

/** The pipeline, output style and abort signal of a running command. */
export interface Context extends AsyncDisposable {
  /** Whether `--json` was given. If so, nothing but JSON may be written to stdout. */
  json: boolean;
  /** Style of text on stdout. */
  style: Style;
  /** Returns a signal that Ctrl-C aborts. Until a command calls this, Ctrl-C terminates the process immediately. */
  signal(): AbortSignal;
  /** Opens the pipeline that the command line names. It is closed when the command ends. */
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
 * Opens the pipeline that the command line names: a stage on AWS by the outputs of its stack, or the embedded cloud by the
 * outputs that it wrote at startup.
 *
 * @throws UnavailableError if the embedded cloud is not running.
 * @throws InvalidInputError if the stage is not deployed, or no region is set.
 */
async function findPipeline({ stage, region }: { stage?: string; region?: string }): Promise<Pipeline> {
  if (stage === undefined) return openEmbeddedPipeline(await readEmbeddedOutputs());
  const place = region === undefined ? {} : { region };
  const stackName = stackNameOf(stage);
  const outputs = await readStackOutputs(stackName, place).catch((error: Error & { code?: string }) => {
    if (error.message.endsWith('Region is missing')) {
      throw new InvalidInputError('--region: no region is set: pass --region NAME, or set AWS_REGION');
    }
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
