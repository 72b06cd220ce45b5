import { bundleContenders } from './bundle-contenders.ts';
import type { Task, Usage } from './contender.ts';
import type { ContenderCalls } from './contender-process.ts';
import type { Settings } from './services-process.ts';
import { startProcess } from './start-process.ts';

/** A contender that is ready to go. */
export interface StartedContender extends AsyncDisposable {
  begin(): Promise<void>;
  usage(): Promise<Usage>;
  done(): Promise<Usage>;
  /** Lets it end what it has in hand. */
  stop(): Promise<void>;
}

/**
 * @param module of the contender
 * @param flags of Node
 */
export async function startContender(
  module: URL,
  settings: Settings,
  task: Task,
  flags: readonly string[] = [],
): Promise<StartedContender> {
  const bundleOf = await bundleContenders();
  const process = new URL('contender-process.ts', import.meta.url);
  const { call, end } = startProcess<ContenderCalls>(bundleOf(process), settings, flags);
  try {
    await call('prepare', bundleOf(module), task);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    begin: () => call('begin'),
    usage: () => call('usage'),
    done: () => call('done'),
    stop: () => call('stop'),
    [Symbol.asyncDispose]: end,
  };
}
