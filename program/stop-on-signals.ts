/** Ms in which a second signal is still the same Ctrl-C: the terminal sends it to npm and to this, and npm passes it on. */
const SAME_SIGNAL_MS = 1_000;

/**
 * The first signal asks for an orderly stop, a later one forces it.
 *
 * @param stop asked once or more
 * @param forcedStatus exit status of a forced stop
 */
export function stopOnSignals(stop: (signal: NodeJS.Signals) => void, forcedStatus: number): void {
  let asked: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      asked ??= Date.now();
      if (Date.now() - asked > SAME_SIGNAL_MS) process.exit(forcedStatus);
      stop(name);
    });
  }
}
