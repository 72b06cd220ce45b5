/** What runs until it is stopped. */
interface Service {
  stop(): Promise<void>;
}

/**
 * Waits for services that start side by side. Those that have started are stopped with `cleanUp`, the first one last, also
 * when another one fails.
 */
export async function startTogether<const Starting extends readonly Promise<Service | undefined>[]>(
  cleanUp: AsyncDisposableStack,
  ...starting: Starting
) {
  for (const result of await Promise.allSettled(starting))
    if (result.status === 'fulfilled') cleanUp.defer(() => result.value?.stop());
  return Promise.all(starting);
}
