import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { stopOnSignals } from '../../program/stop-on-signals.ts';
import { EXIT } from './exit-status.ts';
import { findPipeline } from './find-pipeline.ts';
import { createStyle, type Style } from './style.ts';

/** What a command works with. */
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
