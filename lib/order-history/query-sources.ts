import { isUnreachable, UnavailableError } from '../errors.ts';

/** Pending answers by source name, as errors show it. A source that does not exist has an undefined answer. */
type PendingAnswers = Readonly<Record<string, Promise<unknown> | undefined>>;

/**
 * Waits for the answers of several sources. Does not return partial answers: callers would mistake them for complete ones.
 *
 * @param subject Subject of the queries, for the error.
 * @throws UnavailableError that names all unavailable sources
 */
export async function querySources<const Sources extends PendingAnswers>(
  subject: string,
  sources: Sources,
): Promise<{ [Source in keyof Sources]: Awaited<Sources[Source]> }> {
  const answers = await Promise.all(
    Object.entries(sources).map(([source, answer]) => settle(source, answer)),
  );
  const down = answers.filter(({ error }) => error !== undefined);
  if (down.length > 0) {
    const names = down.map(({ source }) => source).join(' and ');
    const cause = down[0]?.error;
    throw new UnavailableError(`${subject}: unavailable: ${names}; try again in a minute`, { cause });
  }
  const values = answers.map(({ source, value }) => [source, value]);
  return Object.fromEntries(values) as { [Source in keyof Sources]: Awaited<Sources[Source]> };
}

async function settle(source: string, answer: Promise<unknown> | undefined) {
  try {
    return { source, value: await answer };
  } catch (error) {
    if (isUnreachable(error)) return { source, error };
    throw error;
  }
}
