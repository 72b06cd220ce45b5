interface Service {
  stop(): Promise<void>;
}

/**
 * Waits for services that start concurrently. Each service that has started is stopped by `cleanUp`, in reverse order, even if
 * another one fails to start.
 */
export async function startTogether<const Starting extends readonly Promise<Service | undefined>[]>(
  cleanUp: AsyncDisposableStack,
  ...starting: Starting
) {
  for (const result of await Promise.allSettled(starting))
    if (result.status === 'fulfilled') cleanUp.defer(() => result.value?.stop());
  return Promise.all(starting);
}
