/** Milliseconds within which a second signal belongs to the same Ctrl-C, which the terminal sends and npm repeats. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Handles SIGINT, SIGTERM and SIGHUP: the first one requests a graceful stop, a later one exits the process.
 *
 * @param stop Called for each signal, so possibly more than once.
 * @param forcedStatus Exit status when a later signal ends the process.
 */
export function stopOnSignals(stop: (signal: NodeJS.Signals) => void, forcedStatus: number): void {
  let firstAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      firstAt ??= Date.now();
      if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(forcedStatus);
      stop(name);
    });
  }
}
