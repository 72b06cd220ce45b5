import { isOutOfReach, UnavailableError } from '../errors.ts';

/** Pending answers, by the name of their source as messages call it. Undefined where that source does not exist. */
type Asked = Readonly<Record<string, Promise<unknown> | undefined>>;

/**
 * Waits for the answers of several sources.
 *
 * @param subject what they are asked about
 * @throws UnavailableError that names all unavailable sources: an answer with a gap would be mistaken for the whole
 */
export async function askSources<const Sources extends Asked>(
  subject: string,
  sources: Sources,
): Promise<{ [Source in keyof Sources]: Awaited<Sources[Source]> }> {
  const answers = await Promise.all(Object.entries(sources).map(([source, answer]) => ask(source, answer)));
  const down = answers.filter(({ error }) => error !== undefined);
  if (down.length > 0) {
    const names = down.map(({ source }) => source).join(' and ');
    const cause = down[0]?.error;
    throw new UnavailableError(`${subject}: out of reach: ${names}; try again in a minute`, { cause });
  }
  const values = answers.map(({ source, value }) => [source, value]);
  return Object.fromEntries(values) as { [Source in keyof Sources]: Awaited<Sources[Source]> };
}

async function ask(source: string, answer: Promise<unknown> | undefined) {
  try {
    return { source, value: await answer };
  } catch (error) {
    if (isOutOfReach(error)) return { source, error };
    throw error;
  }
}
