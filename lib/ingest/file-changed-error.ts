/** The file that was split is not there any more; the one that took its place is ingested on its own. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
  readonly code = 'file_changed';

  /** Entity tags; the second one where it is known. */
  constructor(split: string, found?: string) {
    const now = found === undefined ? 'a shorter one' : `one of entity tag ${found}`;
    super(
      `order file: must stay as it is until all of its parts are read, was overwritten: of entity tag ${split} when it was split, found ${now}, which is ingested by itself`,
    );
  }
}
