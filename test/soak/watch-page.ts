/**
 * Follows the live page's events, as an open tab does, so that what the page costs is part of what is measured.
 *
 * @param signal closes the tab
 */
export async function watchPage(apiUrl: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`${apiUrl}/dashboard/events`, { signal });
    // Read, or the server would hold back what it has to tell.
    for await (const _event of body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
